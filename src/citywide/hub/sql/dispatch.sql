-- name: units
select entity.id, entity.name, entity.lon, entity.lat, entity.facts,
    (select count(*) from hub.cases where assigned_to = entity.number and state in ('assigned', 'working')) as load,
    exists (select from hub.series join hub.latest on latest.series = series.number
            where series.entity = entity.number and series.quantity = 'position_lon'
              and latest.time < %(heard_since)s) as silent
from hub.entity where entity.kind = %(kind)s order by entity.number

-- name: is_busy
select exists (select from hub.cases join hub.entity on entity.number = cases.assigned_to
    where entity.id = %(entity)s and cases.state in ('assigned', 'working'))

-- name: move_units
update hub.entity set lon = coalesce(moved.lon, entity.lon), lat = coalesce(moved.lat, entity.lat), changed = now()
from unnest(%(entities)s::int[], %(lons)s::float8[], %(lats)s::float8[]) as moved (number, lon, lat)
where entity.number = moved.number

-- name: closed_roads
select distinct lon, lat from hub.cases where category = any(%(closing)s) and state <> 'closed' and lon is not null

-- name: closed_roads_told
select cases.category, coalesce(entity.name, '') as name, cases.lon, cases.lat, cases.opened as since
from hub.cases left join hub.entity on entity.number = cases.about
where cases.category = any(%(closing)s) and cases.state <> 'closed' and cases.lon is not null order by cases.id
