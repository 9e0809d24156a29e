-- name: cases_of_city
-- Every open case that the reader may see, and what was closed last; beside each how many there are of its state, and of all
(select cases.id, cases.title, cases.category, cases.department, cases.state, cases.opened, cases.due, cases.lon, cases.lat,
    unit.name as assigned_to, cases.reporters, cases.reopened, count(*) over (partition by cases.state) as alike,
    count(*) over () as all_open, count(*) filter (where cases.state = 'checking') over () as all_check,
    count(*) filter (where cases.state = 'waiting' or unit.name is null and cases.state <> 'checking') over () as all_nobody,
    count(*) filter (where cases.due < %(now)s) over () as all_over
from hub.cases left join hub.entity unit on unit.number = cases.assigned_to
where cases.state <> 'closed'
order by cases.due nulls last, cases.id limit 2000)
union all
(select cases.id, cases.title, cases.category, cases.department, cases.state, cases.opened, cases.due, cases.lon, cases.lat,
    unit.name as assigned_to, cases.reporters, cases.reopened, count(*) over () as alike, null, null, null, null
from hub.cases left join hub.entity unit on unit.number = cases.assigned_to
where cases.state = 'closed' and cases.closed > %(now)s - interval '1 day'
order by cases.closed desc, cases.id limit 100)

-- name: cases_of_system
-- Of the system's own categories, whoever answers for them: every open one, and what was closed last
(select cases.id, cases.title, cases.category, cases.department, cases.state, cases.opened, cases.due, cases.lon, cases.lat,
    unit.name as assigned_to, cases.reporters, cases.reopened, count(*) over (partition by cases.state) as alike
from hub.cases left join hub.entity unit on unit.number = cases.assigned_to
where cases.category = any(%(categories)s::text[]) and cases.state <> 'closed' and cases.closed is null
order by cases.due nulls last, cases.id limit 2000)
union all
(select cases.id, cases.title, cases.category, cases.department, cases.state, cases.opened, cases.due, cases.lon, cases.lat,
    unit.name as assigned_to, cases.reporters, cases.reopened, count(*) over () as alike
from hub.cases left join hub.entity unit on unit.number = cases.assigned_to
where cases.category = any(%(categories)s::text[]) and cases.state = 'closed'
  and cases.closed > %(now)s - interval '1 day'
order by cases.closed desc, cases.id limit 100)

-- name: evidence_of_system
-- Of the department that its things belong to, and of those that answer for its categories
select index, at, kind, body from evidence.entry
where (department in (%(department)s, '') or department = any(%(departments)s::text[])) and kind <> 'access'
  and index >= (select max(size) from evidence.checkpoint) - 100000
order by index desc limit 100

-- name: recent_evidence
select index, at, kind, body from evidence.entry where kind <> 'access'
  and index >= (select max(size) from evidence.checkpoint) - 100000 order by index desc limit 200

-- name: open_alarms
-- Those of an outage stand as one row that leads to its case, for whoever may see that
select id, rule, severity, time, says_en, says_zh, name, lon, lat, state, href from (
    select alarm.id, alarm.rule, alarm.severity, alarm.raised as time, alarm.says ->> 'en' as says_en, alarm.says ->> 'zh' as says_zh,
        entity.name, entity.lon, entity.lat, case when alarm.acknowledged is null then 'raised' else 'acknowledged' end as state,
        null as href
    from hub.alarm join hub.entity on entity.number = alarm.entity
    where alarm.cleared is null
      and not exists (select from hub.device_alarm where device_alarm.alarm = alarm.id
          and device_alarm.outage in (select cases.id from hub.cases where cases.category = 'outage' and cases.closed is null))
    union all
    select -id, null, 'serious', opened, title ->> 'en', title ->> 'zh', facts -> 'outage' -> 'places' ->> 0, lon, lat, 'outage',
        '/case/' || id
    from hub.cases where category = 'outage' and state <> 'closed' and closed is null
) as standing order by array_position(array['critical', 'serious', 'warning', 'notice'], severity), time
limit 2000

-- name: open_alarm_count
select count(*) as count from hub.alarm where cleared is null

-- name: open_case_count
select count(*) as count from hub.cases where state <> 'closed'

-- name: overdue_count
select count(*) as count from hub.cases where state <> 'closed' and late_department is not null

-- name: waiting_count
select count(*) as count from hub.cases where state = 'waiting'

-- name: open_cases_on_map
-- Those that nobody is on come first, then the most urgent; beside each how many there are of all
select cases.id::text as id, cases.title as name, '/case/' || cases.id as href, cases.lon, cases.lat, null::float8 as value,
    cases.state, count(*) over () as alike
from hub.cases where cases.state <> 'closed' and cases.lon is not null
order by cases.state <> 'waiting', cases.due nulls last limit 5000

-- name: units_on_map
select entity.id, entity.name, entity.lon, entity.lat, null::float8 as value,
    case when exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))
         then 'busy' else 'free' end as state
from hub.entity where entity.kind like '%%\_crew' and entity.lon is not null and entity.retired is null

-- name: league
-- Of each department: few ratings weigh little, so five of three stars are added to what residents gave
select department, count(*) as cases,
    round(100.0 * count(*) filter (where answered) / count(*), 1)::float8 as answered_percent,
    round(100.0 * count(*) filter (where solved) / count(*), 1)::float8 as solved_percent,
    round(100.0 * count(*) filter (where late) / count(*), 1)::float8 as late_percent,
    case when count(stars) > 0 then round((sum(stars) + 15.0) / (count(stars) + 5), 2)::float8 end as satisfaction, count(stars) as rated,
    round(extract(epoch from sum(paused)) / 3600, 1)::float8 as paused_hours
from hub.judged_since(%(now)s - %(back)s::interval, %(now)s) where reporters >= %(reporters)s
  and (hub.may_see(department) or coalesce(current_setting('citywide.everywhere', true), '') = '')  -- a reader, or the hub itself
group by department order by late_percent, solved_percent desc, department

-- name: charged_elsewhere
-- What counts against a department though another holds it by now
select cases.id, '/case/' || cases.id as href, cases.title, judged.department as charged, cases.department, cases.state,
    case when judged.late then 'late' else 'reopened' end as why
from hub.judged_since(%(now)s - interval '90 days', %(now)s) as judged join hub.cases on cases.id = judged.id
where judged.department <> judged.held_by and (judged.late or judged.reopened) order by cases.id desc limit 500

-- name: own_delegations
select from_staff, to_staff, until, why from people.delegation where until > now() order by until

-- name: catalogue_sets
select data_set.quantity, data_set.kind, data_set.department, data_set.series, data_set.retired, data_set.newest,
    round(100 * score.complete::numeric, 1)::float8 as complete,
    round(100 * score.plausible::numeric, 1)::float8 as plausible, score.judged
from hub.data_set left join hub.catalogue_score score using (quantity, kind, department)
order by data_set.department, data_set.kind, data_set.quantity

-- name: catalogue_size
select count(*) as count from hub.data_set

-- name: catalogue_gaps
select count(*) as count from hub.data_set join hub.catalogue_score score using (quantity, kind, department)
where score.complete < 0.5 or score.plausible < 0.9

-- name: catalogue_links
select * from (values
    ('DCAT-AP 3 (JSON-LD)', '{"en": "for other data portals", "zh": "供其他数据门户采集"}'::jsonb, '/v1/catalogue.jsonld'),
    ('JSON', '{"en": "for programs", "zh": "供程序读取"}'::jsonb, '/v1/catalogue')) as link (name, says, href)
