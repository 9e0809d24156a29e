-- name: data_sets
select quantity, kind, department, series, retired, newest, oldest_newest, west, south, east, north
from hub.data_set order by 1, 2, 3

-- name: heard
-- In how many of its spans of time each set's series spoke, and since when, at most a day before, they have spoken at all
with pace as (select * from unnest(%(quantities)s::text[], %(paces)s::interval[]) as pace (quantity, every))
select series.quantity, entity.kind, entity.department, min(heard.begun) as begun,
    count(*) filter (where heard.span >= %(since)s)::int as spans
from (
    select reading.series, date_bin(pace.every, reading.time, %(until)s) as span, min(reading.time) as begun
    from hub.reading join hub.series on series.number = reading.series join pace on pace.quantity = series.quantity
    where reading.time >= %(since)s - interval '1 day' and reading.time < %(until)s group by 1, 2
) as heard
join hub.series on series.number = heard.series
join hub.entity on entity.number = series.entity and entity.retired is null
group by series.quantity, entity.kind, entity.department

-- name: doubted
select entity.kind, entity.department, alarm.rule, count(distinct alarm.entity)::int as entities
from hub.alarm join hub.entity on entity.number = alarm.entity
where alarm.rule = any(%(rules)s) and entity.retired is null and alarm.raised < %(until)s and coalesce(alarm.cleared, 'infinity') > %(since)s
group by entity.kind, entity.department, alarm.rule

-- name: put_setting
insert into hub.setting (name, value) values (%(name)s, %(value)s)
on conflict (name) do update set value = excluded.value

-- name: setting
select value from hub.setting where name = %(name)s
