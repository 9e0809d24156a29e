-- name: look_at_outages_alone
-- Whoever looks waits for who looks already, and for nobody else: no reading is kept from being written
select pg_advisory_xact_lock(1869967471)

-- name: devices_back
update hub.device_alarm set back = alarm.cleared from hub.alarm
where alarm.id = device_alarm.alarm and alarm.cleared is not null and device_alarm.back is null

-- name: devices_never_missed
-- Back before anybody was told
delete from hub.device_alarm where outage is null and back is not null

-- name: crowds
-- Stretches of time in each of whose moments some span of `within` around it saw more devices fail than a department's
-- officer can follow one by one; and the outage that such a stretch goes on with
with span as (
    select min(since) - %(within)s::interval as first, max(since) + %(within)s::interval as last
    from hub.device_alarm where outage is null
), looked_at as (
    select department, silent, since, outage,
        row_number() over (partition by department, silent, entity order by since, alarm) = 1 as counts
    from hub.device_alarm, span where since between span.first and span.last
), counted as (
    select *, %(more_than)s < count(*) filter (where counts) over (
        partition by department, silent order by since range between %(within)s::interval preceding and current row) as packed
    from looked_at
), crowded as (
    select *, outage is not null or 0 < count(*) filter (where packed) over (
        partition by department, silent order by since range between current row and %(within)s::interval following) as belongs
    from counted
), apart as (
    select *, coalesce(since - lag(since) over (partition by department, silent order by since) > %(within)s::interval, true) as begins
    from crowded where belongs
), stretches as (
    select *, count(*) filter (where begins) over (partition by department, silent order by since) as stretch from apart
)
select department, silent, min(since) as first, max(since) as last, min(outage) as outage
from stretches group by department, silent, stretch having bool_or(outage is null) order by department, silent, first

-- name: join_outage
update hub.device_alarm set outage = %(case)s where outage is null and department = %(department)s and silent = %(silent)s
    and since between %(first)s and %(last)s

-- name: release_the_alone
with released as (
    delete from hub.device_alarm where outage is null and noticed <= %(until)s returning alarm
)
update hub.alarm set answered_raise = false, answered_clear = false from released where alarm.id = released.alarm

-- name: release_the_rest
with released as (
    delete from hub.device_alarm where outage = any(%(outages)s::bigint[]) and back is null returning alarm
)
update hub.alarm set answered_raise = false, answered_clear = false from released where alarm.id = released.alarm

-- name: rest_goes_on
update hub.device_alarm set outage = %(case)s where outage = any(%(outages)s::bigint[]) and back is null

-- name: outage_over
delete from hub.device_alarm where outage = any(%(outages)s::bigint[])

-- name: outages_now
-- By the case that it goes on as, where it was joined to another
with standing as materialized (
    select outage, hub.standing(outage) as id
    from (select distinct outage from hub.device_alarm where outage is not null) as each
), figures as (
    select standing.id, array_agg(distinct outage) as outages, bool_and(silent) as silent,
        count(distinct entity)::int as devices, (count(distinct entity) filter (where back is null))::int as still,
        min(since) as since, max(back) as last_back
    from standing join hub.device_alarm using (outage) group by standing.id
)
select cases.id, cases.category, cases.department, cases.facts -> 'outage' as told, figures.outages, figures.silent,
    figures.devices, figures.still, figures.since, figures.last_back
from figures join hub.cases using (id) order by cases.id

-- name: outage_kinds
select entity.kind, count(distinct entity.number)::int as devices,
    (count(distinct entity.number) filter (where back is null))::int as still, avg(lon) as lon, avg(lat) as lat
from hub.device_alarm join hub.entity on entity.number = device_alarm.entity
where outage = any(%(outages)s::bigint[]) group by entity.kind order by devices desc, entity.kind

-- name: outage_names
select entity.name from hub.device_alarm join hub.entity on entity.number = device_alarm.entity
where outage = any(%(outages)s::bigint[]) and back is null order by since, alarm limit 10

-- name: tell_outage
update hub.cases set title = %(title)s, facts = facts || %(facts)s, lon = coalesce(lon, %(lon)s::float8),
    lat = coalesce(lat, %(lat)s::float8) where id = %(case)s
