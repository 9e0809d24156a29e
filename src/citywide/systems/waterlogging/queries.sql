-- name: flooded_places
select count(*) as count from hub.alarm where rule = 'deep_water' and cleared is null

-- name: deepest_water
select coalesce(max(latest.value), 0) as depth from hub.series join hub.latest on latest.series = series.number
where series.quantity = 'water_depth'

-- name: free_crews
select count(*) as count from hub.entity where kind = 'drainage_crew'
    and coalesce((facts ->> 'on_shift')::boolean, true)
    and not exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))

-- name: gauges_on_map
select entity.id, entity.name, entity.lon, entity.lat, latest.value, 'water_depth' as quantity,
    coalesce((select alarm.rule from hub.alarm where alarm.entity = entity.number and cleared is null
              order by array_position(array['deep_water', 'gauge_silent', 'gauge_stuck', 'gauge_rescaled', 'gauge_noisy', 'gauge_drifts', 'gauge_clock'], rule) limit 1),
             case when latest.value is null then 'unknown' else 'quiet' end) as state
from hub.entity left join hub.series on series.entity = entity.number and series.quantity = 'water_depth'
left join hub.latest on latest.series = series.number
where entity.kind = 'gauge'

-- name: crews_on_map
select entity.id, entity.name, entity.lon, entity.lat, null::float8 as value,
    case when exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))
         then 'busy' else 'free' end as state
from hub.entity where entity.kind = 'drainage_crew'

-- name: highest_of_late
-- Of one quantity, where it stands highest now
with highest as (
    select series.number, entity.name from hub.entity
    join hub.series on series.entity = entity.number and series.quantity = %(quantity)s
    join hub.latest on latest.series = series.number
    where entity.kind = 'gauge' order by latest.value desc limit 8
)
select reading.time, highest.name, reading.value from highest
join hub.reading on reading.series = highest.number
where reading.time > %(now)s - interval '6 hours'
order by reading.time

-- name: forecast_history
with places as (
    select entity.number as entity, entity.name from hub.entity
    join hub.series on series.entity = entity.number and series.quantity = 'water_depth_in_30_min'
    join hub.latest on latest.series = series.number
    order by latest.value desc limit 4
)
select middle.time + interval '30 minutes' as time, places.name, middle.value, low.value as low, high.value as high
from places
join hub.series m on m.entity = places.entity and m.quantity = 'water_depth_in_30_min'
join hub.series l on l.entity = places.entity and l.quantity = 'water_depth_in_30_min_low'
join hub.series h on h.entity = places.entity and h.quantity = 'water_depth_in_30_min_high'
join hub.reading middle on middle.series = m.number
join hub.reading low on low.series = l.number and low.time = middle.time
join hub.reading high on high.series = h.number and high.time = middle.time
where middle.time > %(now)s - interval '6 hours'
order by 1

-- name: gauges_table
select entity.name, latest.value as depth, sump.value as sump, pumps.value as pumps, chance.value as chance, latest.time as heard,
    coalesce((select string_agg(alarm.rule, ', ' order by array_position(array['critical', 'serious', 'warning'], severity), raised)
              from hub.alarm where alarm.entity = entity.number and cleared is null),
             case when latest.value is null then 'unknown' else 'quiet' end) as state
from hub.entity left join hub.series on series.entity = entity.number and series.quantity = 'water_depth'
left join hub.latest on latest.series = series.number
left join hub.series sumps on sumps.entity = entity.number and sumps.quantity = 'sump_level'
left join hub.latest sump on sump.series = sumps.number
left join hub.series pumping on pumping.entity = entity.number and pumping.quantity = 'pumps_running'
left join hub.latest pumps on pumps.series = pumping.number
left join hub.series chances on chances.entity = entity.number and chances.quantity = 'first_flood_chance'
left join hub.latest chance on chance.series = chances.number
where entity.kind = 'gauge' order by latest.value desc nulls last, entity.name limit 2000

-- name: crews_table
select entity.name, (entity.facts ->> 'pump_m3_per_h')::float8 as pump,
    case when not coalesce((entity.facts ->> 'on_shift')::boolean, true) then 'off_shift'
         when cases.id is null then 'free' else cases.state end as state,
    cases.title as busy_with
from hub.entity left join hub.cases on cases.assigned_to = entity.number and cases.state in ('assigned', 'working')
where entity.kind = 'drainage_crew' order by entity.name
