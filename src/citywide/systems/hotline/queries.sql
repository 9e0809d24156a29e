-- name: named_places
-- Of what there are few people speak by name: schools before a million gauges, whose names would leave no room for them
select name, lon, lat from hub.entity
where lon is not null and length(name) > 1 and kind not like '%%\_crew'
order by count(*) over (partition by kind), length(name) desc limit 100000

-- name: passed_on
select case_step.id, cases.details, case_step.facts ->> 'to' as department from hub.case_step
join hub.cases on cases.id = case_step.cases
where case_step.what = 'rerouted' and case_step.id > %(after)s and cases.details <> ''
order by case_step.id limit 2000

-- name: closed_where_they_were_sent
-- A department that closed a case without passing it on has said that it was the right one
select details, category from hub.cases where opened_by in ('resident', 'former hotline') and state = 'closed' and details <> ''
  and not exists (select from hub.case_step where case_step.cases = cases.id and what = 'rerouted')
order by id desc limit 100000

-- name: take_over
insert into hub.cases (title, category, department, first_department, closed_department, state, lon, lat, details, facts,
    opened, closed, opened_by, reporters)
select title::jsonb, category, department, department, department, 'closed', lon, lat, details, '{"source": "former hotline"}',
    opened, closed, 'former hotline', 1
from unnest(%(title)s::text[], %(category)s::text[], %(department)s::text[], %(lon)s::float8[], %(lat)s::float8[],
    %(details)s::text[], %(opened)s::timestamptz[], %(closed)s::timestamptz[])
    as former (title, category, department, lon, lat, details, opened, closed)

-- name: cases_of_six_weeks
select category, department, lon, lat, floor(extract(epoch from %(now)s - opened) / 86400)::int as day from hub.cases
where opened_by in ('resident', 'former hotline') and lon is not null and opened > %(now)s - interval '42 days' and opened <= %(now)s

-- name: known_hot_spots
select category, lon, lat, radius_m, found from hotline.hot_spot

-- name: forget_hot_spots
delete from hotline.hot_spot

-- name: keep_hot_spot
insert into hotline.hot_spot (category, department, lon, lat, radius_m, days, cases, expected, p, found)
values (%(category)s, %(department)s, %(lon)s, %(lat)s, %(radius_m)s, %(days)s, %(cases)s, %(expected)s, %(p)s, %(found)s)

-- name: hot_spots_on_map
select id::text as id, category || ': ' || cases || ' / ' || round(expected::numeric, 1) as name, lon, lat,
    cases / greatest(expected, 0.1) as value, 'raised' as state from hotline.hot_spot

-- name: hot_spots_listed
select category, department, cases, round(expected::numeric, 1)::float8 as expected, days, round(radius_m)::int as radius_m,
    p, found from hotline.hot_spot order by p, cases / greatest(expected, 0.1) desc

-- name: reported_on_map
select cases.id::text as id, cases.title ->> 'zh' as name, cases.lon, cases.lat, cases.reporters::float8 as value, cases.state,
    count(*) over () as alike
from hub.cases where cases.reporters > 0 and cases.state <> 'closed' and cases.lon is not null
order by cases.reporters desc, cases.opened desc limit 5000

-- name: reported_cases
select cases.id, cases.title, cases.department, cases.state, cases.opened, cases.due, cases.reporters, cases.reopened,
    '/cases/' || cases.id as href
from hub.cases where cases.reporters > 0 and cases.state <> 'closed'
order by cases.due nulls last limit 500

-- name: repeat_complaints
select cases.id, cases.title, cases.department, cases.state, cases.reporters, cases.reopened, '/cases/' || cases.id as href
from hub.cases where cases.reporters > 0 and (cases.reporters > 1 or cases.reopened > 0)
  and cases.opened > %(now)s - interval '30 days'
order by cases.reporters + 2 * cases.reopened desc, cases.id desc limit 100

-- name: reported_open
select count(*) as count from hub.cases where reporters > 0 and state <> 'closed'

-- name: reported_late
select count(*) as count from hub.cases where reporters > 0 and state <> 'closed' and late_department is not null

-- name: by_category
select category, count(*) as cases, sum(reporters)::int as reporters,
    count(*) filter (where state <> 'closed') as open
from hub.cases where reporters > 0 and opened_by <> 'former hotline'
  and opened > %(now)s - %(back)s::interval and opened <= %(now)s
group by category order by cases desc, category

-- name: report_links
select * from (values
    ('{"en": "Daily report", "zh": "日报"}'::jsonb, 'PDF', '/v1/hotline/report.pdf?period=day'),
    ('{"en": "Weekly report", "zh": "周报"}'::jsonb, 'PDF', '/v1/hotline/report.pdf?period=week')) as link (name, says, href)
