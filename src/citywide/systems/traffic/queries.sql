-- name: standing_incidents
select count(*) as count from hub.alarm where cleared is null
    and rule in ('stopped_vehicle', 'blocked_lane', 'wrong_way', 'sudden_queue')

-- name: city_index
select round(coalesce(avg(latest.value), 1)::numeric, 2)::float8 as index
from hub.series join hub.latest on latest.series = series.number where series.quantity = 'congestion_index'

-- name: free_officers
select count(*) as count from hub.entity where kind = 'traffic_officer'
    and coalesce((facts ->> 'on_shift')::boolean, true)
    and not exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))

-- name: crossings_on_map
select entity.id, entity.name, entity.lon, entity.lat, latest.value,
    case when exists (select from hub.alarm where alarm.entity = entity.number and cleared is null)
         then 'congested' else 'quiet' end as state
from hub.entity left join hub.series on series.entity = entity.number and series.quantity = 'congestion_index'
left join hub.latest on latest.series = series.number
where entity.kind = 'crossing'

-- name: incidents_on_map
select alarm.id::text as id, entity.name, entity.lon, entity.lat, null::float8 as value, alarm.rule as state
from hub.alarm join hub.entity on entity.number = alarm.entity
where alarm.cleared is null and entity.kind = 'detector'

-- name: officers_on_map
select entity.id, entity.name, entity.lon, entity.lat, null::float8 as value,
    case when exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))
         then 'busy' else 'free' end as state
from hub.entity where entity.kind = 'traffic_officer'

-- name: index_history
with worst as (
    select series.number, entity.name from hub.entity
    join hub.series on series.entity = entity.number and series.quantity = 'congestion_index'
    join hub.latest on latest.series = series.number
    order by latest.value desc limit 6
)
select reading.time, worst.name, reading.value from worst join hub.reading on reading.series = worst.number
where reading.time > (select max(latest.time) from hub.latest join worst on worst.number = latest.series) - interval '3 hours'
order by reading.time

-- name: scene_of_crossing
-- A minute of the crossing whose radars speak most often: cells of ten metres with a vehicle in them, and lamps.
with chosen as (
    select entity.facts ->> 'crossing' as crossing, max(latest.time) as until from hub.entity
    join hub.series on series.entity = entity.number and series.quantity = 'cells'
    join hub.latest on latest.series = series.number where entity.kind = 'detector'
    group by 1 order by max(latest.time) desc, 1 limit 1
), lane as (
    select entity.number, entity.id, radians((entity.facts ->> 'heading')::float8) as heading,
        (entity.facts ->> 'heading')::float8 as degrees, (entity.facts ->> 'aside_m')::float8 as aside, chosen.until
    from chosen join hub.entity on entity.kind = 'detector' and entity.facts ->> 'crossing' = chosen.crossing
), seen as (
    select lane.*, series.quantity, reading.time, reading.value::bigint as value, extract(epoch from reading.time)::float8 as t,
        extract(epoch from lead(reading.time) over (partition by series.number order by reading.time))::float8 as next_t
    from lane join hub.series on series.entity = lane.number and series.quantity in ('cells', 'light')
    join hub.reading on reading.series = series.number
    where reading.time > lane.until - interval '2 minutes'
), vehicle as (
    select seen.*, cell, 14 + 10 * cell + 3 as away from seen cross join generate_series(0, 31) cell
    where quantity = 'cells' and value >> cell & 1 = 1
), thing as (
    select t, next_t, id || ' ' || cell || ' ' || t as id, 'box' as shape, away, aside, heading, degrees, 4.6 as length, 1.9 as width,
        'vehicle' as state from vehicle
    union all
    select t, next_t, id || ' lamp ' || t, 'circle', 12, aside, heading, degrees, 2.6, 2.6,
        (array['red', 'green', 'green', 'yellow'])[value + 1] from seen where quantity = 'light'
)
select moment as t, id, shape, -away * cos(heading) - aside * -sin(heading) as x, -away * sin(heading) - aside * cos(heading) as y,
    degrees as heading, length, width, state
from thing cross join lateral (values (t), (coalesce(next_t, t + 1) - 0.001)) as moments (moment)
order by t

-- name: ground_of_crossing
with chosen as (
    select entity.facts ->> 'crossing' as crossing from hub.entity
    join hub.series on series.entity = entity.number and series.quantity = 'cells'
    join hub.latest on latest.series = series.number where entity.kind = 'detector'
    group by 1 order by max(latest.time) desc, 1 limit 1
), lane as (
    select entity.id, radians((entity.facts ->> 'heading')::float8) as heading, (entity.facts ->> 'aside_m')::float8 as aside,
        entity.facts ->> 'turns' as turns
    from chosen join hub.entity on entity.kind = 'detector' and entity.facts ->> 'crossing' = chosen.crossing
)
select id, 'line' as shape, 'lane' as kind, turns as label, 3.2 as width, jsonb_build_array(
    jsonb_build_array(-14 * cos(heading) + aside * sin(heading), -14 * sin(heading) - aside * cos(heading)),
    jsonb_build_array(-220 * cos(heading) + aside * sin(heading), -220 * sin(heading) - aside * cos(heading))) as points
from lane

-- name: lanes_table
select entity.name,
    (array['red', 'green', 'green', 'yellow'])[max(latest.value) filter (where quantity = 'light')::int + 1] as light,
    max(latest.value) filter (where quantity = 'queue') as queue,
    max(latest.value) filter (where quantity = 'volume') as volume,
    max(latest.value) filter (where quantity = 'traffic_speed') as speed,
    max(latest.value) filter (where quantity = 'occupancy') as occupancy,
    max(latest.value) filter (where quantity = 'green_share') as green
from hub.entity join hub.series on series.entity = entity.number join hub.latest on latest.series = series.number
where entity.kind = 'detector' group by entity.name order by queue desc nulls last, entity.name limit 100

-- name: plan_choices
select plan_choice.since, entity.name, plan_choice.plan, plan_choice.cycle_s, plan_choice.reason
from traffic.plan_choice join hub.entity on entity.number = plan_choice.crossing
order by plan_choice.since desc, entity.name limit 100

-- name: coordination_diagram
with chosen as (
    select crossing, phase from traffic.arrival group by 1, 2 order by count(*) desc, 1, 2 limit 1
), dot as (
    select arrival.* from chosen join traffic.arrival using (crossing, phase)
    where arrival.time > (select max(time) from traffic.arrival) - interval '1 hour'
)
select time, in_cycle_s, case when on_green then 'on green' else 'on red' end as what from dot
union all select time, yellow_at_s, 'yellow begins' from dot
union all select time, cycle_s, 'next green' from dot
order by 1

-- name: measure_history
select measure.time, entity.name, case when measure.name = 'split_failures' then sum(measure.value) else avg(measure.value) end as value
from traffic.measure join hub.entity on entity.number = measure.crossing
where measure.name = %(measure)s and measure.time > (select max(time) from traffic.measure) - interval '1 day'
group by measure.time, entity.name, measure.name order by 1, 2

-- name: feedback_table
select incident_feedback.at, entity.name, incident_feedback.kind, incident_feedback.note,
    case when was_real then 'accepted' else 'false' end as was_real
from traffic.incident_feedback join hub.entity on entity.number = incident_feedback.lane order by 1 desc limit 100

-- name: signal_events_since
select (extract(epoch from reading.time) * 1000)::bigint as time_ms, series.entity as crossing,
    reading.value::bigint / 32768 as code, reading.value::bigint %% 32768 as parameter
from hub.series join hub.reading on reading.series = series.number
where series.quantity = 'signal_event' and reading.time >= %(since)s and reading.time < %(until)s

-- name: put_measure
insert into traffic.measure (crossing, name, phase, time, value) values (%(crossing)s, %(name)s, %(phase)s, %(time)s, %(value)s)
on conflict (crossing, name, phase, time) do update set value = excluded.value

-- name: put_arrival
insert into traffic.arrival (crossing, phase, time, in_cycle_s, yellow_at_s, red_at_s, cycle_s, on_green)
values (%(crossing)s, %(phase)s, %(time)s, %(in_cycle_s)s, %(yellow_at_s)s, %(red_at_s)s, %(cycle_s)s, %(on_green)s)
on conflict do nothing

-- name: forget_arrivals
delete from traffic.arrival where time < %(before)s

-- name: put_plan_choice
insert into traffic.plan_choice (crossing, since, plan, cycle_s, reason)
select number, %(since)s, %(plan)s, %(cycle_s)s, %(reason)s from hub.entity where kind = 'crossing'
and (select (last.plan, last.reason) from traffic.plan_choice last where last.crossing = entity.number
     order by last.since desc limit 1) is distinct from row(%(plan)s::text, %(reason)s::text)
on conflict do nothing

-- name: take_feedback
insert into traffic.incident_feedback (alarm, lane, kind, was_real, lasted_s, at, who, note)
select alarm.id, alarm.entity, alarm.rule, not (acknowledged_note ~* '^\s*(false|误报)'),
    extract(epoch from cleared - raised), acknowledged, acknowledged_by, acknowledged_note
from hub.alarm where rule in ('stopped_vehicle', 'blocked_lane', 'wrong_way', 'sudden_queue')
    and acknowledged_note ~* '^\s*(false|real|误报|属实)' and acknowledged is not null
on conflict (alarm) do nothing
returning alarm, lane, kind, was_real, lasted_s, at
