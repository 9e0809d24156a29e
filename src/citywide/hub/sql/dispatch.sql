-- name: units
select entity.id, entity.name, entity.lon, entity.lat, entity.facts,
    (select count(*) from hub.cases where assigned_to = entity.number and state in ('assigned', 'working')) as load,
    exists (select from hub.series join hub.latest on latest.series = series.number
            where series.entity = entity.number and series.quantity = 'position_lon'
              and latest.time < %(heard_since)s) as silent
from hub.entity where entity.kind = %(kind)s and entity.retired is null order by entity.number

-- name: units_of_department
select entity.id, entity.name, entity.kind, entity.lon, entity.lat, entity.facts,
    (select count(*) from hub.cases where assigned_to = entity.number and state in ('assigned', 'working')) as load,
    exists (select from hub.series join hub.latest on latest.series = series.number
            where series.entity = entity.number and series.quantity = 'position_lon'
              and latest.time < %(heard_since)s) as silent
from hub.entity where entity.kind = any(%(kinds)s) and entity.department in (%(department)s, '') and entity.retired is null

-- name: case_to_hand_over
select department, wants, lon, lat from hub.cases where id = %(case)s

-- name: cases_alike
-- Open ones of the same department that may be the same matter, the nearest first
select other.id, other.title, other.category = cases.category as alike,
    round(hub.metres(cases.lon, cases.lat, other.lon, other.lat))::int as metres
from hub.cases join hub.cases other on other.department = cases.department and other.id <> cases.id
where cases.id = %(case)s and other.state in ('waiting', 'assigned', 'working')
order by metres nulls last, alike desc, other.id limit 50

-- name: move_units
-- Half a place is none: of what tells only its longitude now, the latitude is the last that it told
update hub.entity set lon = placed.lon, lat = placed.lat, changed = now()
from (
    select moved.number, coalesce(moved.lon, entity.lon, told.lon) as lon, coalesce(moved.lat, entity.lat, told.lat) as lat
    from unnest(%(entities)s::int[], %(lons)s::float8[], %(lats)s::float8[]) as moved (number, lon, lat)
    join hub.entity on entity.number = moved.number
    left join lateral (
        select max(value) filter (where quantity = 'position_lon') as lon,
            max(value) filter (where quantity = 'position_lat') as lat
        from hub.series join hub.latest on latest.series = series.number where series.entity = moved.number
    ) as told on entity.lon is null
) as placed
where entity.number = placed.number and placed.lon is not null and placed.lat is not null

-- name: closed_roads
select cases.category, coalesce(entity.name, '') as name, cases.lon, cases.lat, cases.opened as since
from hub.cases left join hub.entity on entity.number = cases.about
where cases.category = any(%(closing)s) and cases.closed is null and cases.lon is not null order by cases.id
