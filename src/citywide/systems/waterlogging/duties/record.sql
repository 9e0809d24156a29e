-- name: gauges
select number, id, lon, lat from hub.entity where kind = %(kind)s order by number

-- name: gauge_facts
select id, facts from hub.entity where id = any(%(gauges)s)

-- name: slots
-- One look into the readings for each, however many others the city has; packed, each slot in twelve bytes
select newest.entity as name, string_agg(int4send(at) || float8send(value), ''::bytea) as said
from (
    select distinct on (series.entity, at) series.entity,
        floor(extract(epoch from said.time - interval '1 microsecond' - %(since)s) / 300)::int as at, said.value
    from unnest(%(entities)s::int[]) as thing (entity)
    join hub.series on series.entity = thing.entity and series.quantity = %(quantity)s
    cross join lateral (
        select time, value from hub.reading
        where reading.series = series.number and reading.time > %(since)s and reading.time <= %(until)s offset 0
    ) as said
    order by series.entity, at, said.time desc
) as newest group by newest.entity

-- name: minutes
select entity.id as name, series.quantity,
    string_agg(int4send(floor(extract(epoch from said.time - %(until)s) / 60)::int) || float8send(said.value), ''::bytea order by said.time) as said
from hub.entity
join hub.series on series.entity = entity.number and series.quantity in ('sump_level', 'pumps_running', 'water_depth')
cross join lateral (
    select time, value from hub.reading
    where reading.series = series.number and reading.time >= %(since)s and reading.time < %(until)s offset 0
) as said
where entity.id = any(%(gauges)s) group by entity.id, series.quantity

-- name: heard
select entity.id from hub.entity
join hub.series on series.entity = entity.number and series.quantity = 'sump_level'
where entity.id = any(%(gauges)s) and exists (
    select from hub.reading where reading.series = series.number and reading.time >= %(since)s and reading.time < %(until)s)

-- name: lags
-- How long after its stamp the promptest reading of each slot came; `received` is in the hub's microseconds.
select promptest.entity as name, string_agg(int4send(at) || float8send(lag), ''::bytea) as said
from (
    select series.entity, floor(extract(epoch from said.time - interval '1 microsecond' - %(since)s) / 300)::int as at,
        min(said.received / 1e6 - extract(epoch from said.time))::float8 as lag
    from unnest(%(entities)s::int[]) as thing (entity)
    join hub.series on series.entity = thing.entity and series.quantity = 'water_depth'
    cross join lateral (
        select time, received from hub.reading
        where reading.series = series.number and reading.time > %(since)s and reading.time <= %(until)s offset 0
    ) as said
    group by 1, 2
) as promptest group by promptest.entity

-- name: learned_until
select at from waterlogging.forecaster where name = %(name)s

-- name: moments_kept
select name from waterlogging.forecaster where name = 'moment' or starts_with(name, 'moment/') order by name

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
