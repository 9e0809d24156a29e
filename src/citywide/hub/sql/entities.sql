-- name: entity_by_id
select number from hub.entity where id = %(id)s and retired is null

-- name: series_of_names
-- Two looks into an index for each that is asked for, however many the city has
select wanted.place, thing.number, series.number
from unnest(%(ids)s::text[], %(quantities)s::text[]) with ordinality as wanted (id, quantity, place)
cross join lateral (select number from hub.entity where entity.id = wanted.id and retired is null offset 0) as thing
left join lateral (
    select number from hub.series where series.entity = thing.number and series.quantity = wanted.quantity offset 0
) as series on true

-- name: entities_of_others
select id from hub.entity where id = any(%(ids)s) and department <> all(%(departments)s)

-- name: entities_of_kind
select number, id, kind, name, lon, lat, department, facts from hub.entity where kind = %(kind)s order by number

-- name: register_entity
insert into hub.entity (id, kind, name, lon, lat, department, facts)
values (%(id)s, %(kind)s, %(name)s, %(lon)s, %(lat)s, %(department)s, %(facts)s)
on conflict (id) do update set name = excluded.name, lon = excluded.lon, lat = excluded.lat,
    department = excluded.department, facts = hub.entity.facts || excluded.facts, changed = now()
where (hub.entity.name, hub.entity.lon, hub.entity.lat, hub.entity.department, hub.entity.facts)
    is distinct from (excluded.name, excluded.lon, excluded.lat, excluded.department, hub.entity.facts || excluded.facts)

-- name: add_series
insert into hub.series (entity, quantity)
select * from unnest(%(entities)s::int[], %(quantities)s::text[]) on conflict do nothing

-- name: series_of_parts
-- Number and entity of each packed in eight bytes: half a million rows are a few long ones
select series.quantity, entity.kind, string_agg(int4send(series.number) || int4send(series.entity), ''::bytea) as pairs
from hub.series join hub.entity on entity.number = series.entity
where series.entity %% 64 = any(%(parts)s) group by 1, 2

-- name: series_by_number
select series.quantity, entity.kind, string_agg(int4send(series.number) || int4send(series.entity), ''::bytea) as pairs
from hub.series join hub.entity on entity.number = series.entity
where series.number = any(%(numbers)s) group by 1, 2

-- name: latest_of_kind
-- In columns, as JSON, put together where it lies: ten thousand rows are one text for whoever asks
select json_build_object(
    'entity', coalesce(json_agg(id), '[]'), 'name', coalesce(json_agg(name), '[]'),
    'lon', coalesce(json_agg(lon), '[]'), 'lat', coalesce(json_agg(lat), '[]'),
    'quantity', coalesce(json_agg(quantity), '[]'), 'time', coalesce(json_agg(time), '[]'),
    'value', coalesce(json_agg(value), '[]'))::text
from hub.latest_value where kind = %(kind)s and (%(quantity)s::text is null or quantity = %(quantity)s)

-- name: latest_of_entity
select latest.time, latest.value from hub.latest
join hub.series on series.number = latest.series join hub.entity on entity.number = series.entity
where entity.id = %(entity)s and series.quantity = %(quantity)s

-- name: latest_since
-- In the order of writing, each looked up as it comes: however many the city has, and were all of them silent
select entity.id as entity, series.quantity, latest.value, latest.time, entity.lon, entity.lat, latest.written
from hub.latest
cross join lateral (select entity, quantity from hub.series where series.number = latest.series offset 0) as series
cross join lateral (select id, lon, lat from hub.entity where entity.number = series.entity offset 0) as entity
where latest.written > %(since)s and series.quantity <> 'position_lat' -- a place is told once: with its longitude
order by latest.written fetch first %(most)s rows with ties

-- name: retire
update hub.entity set retired = %(at)s, service_changed = clock_timestamp()
where id = %(id)s and retired is null returning name, department

-- name: bring_back
update hub.entity set retired = null, service_changed = clock_timestamp()
where id = %(id)s and retired is not null returning name, department

-- name: end_tokens
delete from people.device_token where name = any(%(names)s)

-- name: service_changed_since
select id, number, retired is not null as retired, service_changed as at from hub.entity
where service_changed > %(since)s - interval '10 minutes' order by service_changed

-- name: alarms_of_the_retired
select alarm.id from hub.alarm join hub.entity on entity.number = alarm.entity
where alarm.cleared is null and entity.retired is not null order by alarm.id for update of alarm skip locked

-- name: clear_of_the_retired
update hub.alarm set cleared = greatest(raised, %(at)s), answered_raise = true, answered_clear = true where id = %(id)s
