-- name: open_signals
select count(*) as count from hub.alarm where rule like 'outbreak\_%%' and cleared is null

-- name: series_watched
select count(*) as count from epidemic.signal where day = (select max(day) from epidemic.signal)

-- name: newest_day
select max(day)::text as day from epidemic.signal

-- name: alarms_map
select entity.id, entity.name, entity.lon, entity.lat,
    (select max(value) from hub.alarm where alarm.entity = entity.number and rule like 'outbreak\_%%' and cleared is null)
        as value,
    coalesce((select min(rule) from hub.alarm where alarm.entity = entity.number and rule like 'outbreak\_%%'
              and cleared is null), 'quiet') as state
from hub.entity where kind = 'hospital'

-- name: signals_table
select entity.name, signal.kind, epidemic.shown(signal.observed) as observed, signal.expected, signal.p_value,
    case when signal.ringing then 'outbreak' else 'quiet' end as state, signal.says ->> 'en' as says,
    signal.says ->> 'zh' as says_zh
from epidemic.signal join hub.entity on entity.number = signal.place
where signal.day = (select max(day) from epidemic.signal) order by signal.p_value limit 50

-- name: visits_by_week
with newest as (
    select distinct on (place, kind, day) place, kind, day, count from epidemic.report
    order by place, kind, day, reported desc
), last as (select max(day) as day from epidemic.signal), weeks as (
    select last.day - 7 * ((last.day - newest.day) / 7) as week, newest.kind, sum(newest.count) as visits
    from newest, last where newest.day <= last.day and newest.day > last.day - 7 * 52 group by 1, 2
)
select week::timestamptz as time, kind, epidemic.shown(visits) as value from weeks order by week, kind

-- name: reporting_delays
with firsts as (
    select place, kind, day, min(reported) as reported from epidemic.report
    where day > (select max(day) from epidemic.report) - 28 group by 1, 2, 3
), versions as (
    select place, count(*) - count(distinct (kind, day)) as revised from epidemic.report
    where day > (select max(day) from epidemic.report) - 28 group by 1
)
select entity.name, round(percentile_cont(0.5) within group (
        order by extract(epoch from firsts.reported - (firsts.day + 1)::timestamptz) / 3600)::numeric, 1)::float8 as hours,
    max(firsts.day)::timestamptz as newest, max(versions.revised) as revised
from firsts join versions on versions.place = firsts.place join hub.entity on entity.number = firsts.place
group by entity.number, entity.name order by hours desc

-- name: reports_set_aside
select entity.name, set_aside.kind, set_aside.week::timestamptz as week,
    case when why like 'stopped%%' then 'stopped' when why like 'not a count%%' then 'not_a_count' else 'typing_error' end
        as state
from epidemic.set_aside join hub.entity on entity.number = set_aside.place order by week desc
