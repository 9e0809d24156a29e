-- name: gauges
select number, id, lon, lat from hub.entity where kind = %(kind)s order by number

-- name: gauge_facts
select id, facts from hub.entity where kind = 'gauge'

-- name: slots
select distinct on (series.entity, slot) series.entity,
    date_bin('5 minutes', reading.time - interval '1 microsecond', 'epoch') as slot, reading.value
from hub.series join hub.reading on reading.series = series.number
where series.quantity = %(quantity)s and reading.time > %(since)s and reading.time <= %(until)s
    and series.entity in (select number from hub.entity where kind = case %(quantity)s when 'rain' then 'rain_gauge' else 'gauge' end)
order by series.entity, slot, reading.time desc

-- name: minutes
select entity.id, series.quantity, date_trunc('minute', reading.time) as minute, reading.value
from hub.series join hub.reading on reading.series = series.number
join hub.entity on entity.number = series.entity and entity.kind = 'gauge'
where series.quantity in ('sump_level', 'pumps_running', 'water_depth')
    and reading.time >= %(since)s and reading.time < %(until)s
order by reading.time

-- name: lags
-- How long after its stamp the promptest reading of each slot came; `received` is in the hub's microseconds.
select series.entity, date_bin('5 minutes', reading.time - interval '1 microsecond', 'epoch') as slot,
    min(reading.received / 1e6 - extract(epoch from reading.time))::float8 as value
from hub.series join hub.reading on reading.series = series.number
join hub.entity on entity.number = series.entity and entity.kind = 'gauge'
where series.quantity = 'water_depth' and reading.time > %(since)s and reading.time <= %(until)s
group by 1, 2

-- name: learned_until
select at from waterlogging.forecaster where name = 'depth'

-- name: kept_forecaster
select at, gauges, state from waterlogging.forecaster where name = %(name)s

-- name: keep_forecaster
insert into waterlogging.forecaster (name, at, gauges, state) values (%(name)s, %(at)s, %(gauges)s, %(state)s)
on conflict (name) do update set at = excluded.at, gauges = excluded.gauges, state = excluded.state

-- name: storms_kept_until
select until from waterlogging.storms_kept

-- name: keep_storms_until
insert into waterlogging.storms_kept (name, until) values ('depth', %(until)s)
on conflict (name) do update set until = excluded.until

-- name: keep_storm
-- A storm in which its gauge was found stuck or drifting teaches nothing.
insert into waterlogging.storm (gauge, began, ended, rain, depth)
select %(gauge)s, %(began)s, %(ended)s, %(rain)s, %(depth)s
where not exists (
    select from hub.alarm join hub.entity on entity.number = alarm.entity
    where entity.id = %(gauge)s and alarm.rule in ('gauge_stuck', 'gauge_drifts', 'gauge_noisy', 'gauge_rescaled')
        and alarm.raised < %(ended)s and coalesce(alarm.cleared, 'infinity') > %(began)s)
on conflict (gauge, began) do nothing

-- name: storms_of_gauges
select gauge, count(*)::int as storms, coalesce(max(refit.storms), 0) as last
from waterlogging.storm left join waterlogging.refit using (gauge) group by gauge order by gauge

-- name: storms_of
select rain, depth from (
    select began, rain, depth from waterlogging.storm where gauge = %(gauge)s order by began desc limit %(most)s
) newest order by began

-- name: keep_refit
insert into waterlogging.refit (gauge, at, storms, trust, state) values (%(gauge)s, %(at)s, %(storms)s, %(trust)s, %(state)s)
on conflict (gauge) do update set at = excluded.at, storms = excluded.storms, trust = excluded.trust, state = excluded.state

-- name: refits_made
select gauge, at from waterlogging.refit

-- name: kept_refits
select gauge, at, storms, state from waterlogging.refit where gauge = any(%(gauges)s)
