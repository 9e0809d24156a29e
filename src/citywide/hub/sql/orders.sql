-- name: orders_of_units
select cases.id as "case", unit.id as unit, cases.lon, cases.lat, about.id as about, cases.state,
    cases.category, cases.department, cases.title, cases.due, cases.reopened
from hub.cases join hub.entity unit on unit.number = cases.assigned_to
left join hub.entity about on about.number = cases.about
where cases.state in ('assigned', 'working') and (%(unit)s::text is null or unit.id = %(unit)s)
    and (%(kind)s::text is null or unit.kind = %(kind)s)
    and (%(departments)s::text[] is null or unit.department = any(%(departments)s))
order by cases.id

-- name: orders_waiting
select cases.id as "case", '' as unit, cases.lon, cases.lat, about.id as about, cases.state,
    cases.category, cases.department, cases.title, cases.due, cases.reopened
from hub.cases left join hub.entity about on about.number = cases.about
where cases.state = 'waiting' and cases.wants is null
    and (%(department)s::text is null or cases.department = %(department)s)
    and (%(departments)s::text[] is null or cases.department = any(%(departments)s))
order by cases.due nulls last, cases.id limit 5000

-- name: acceptable
select cases.id from hub.cases join hub.entity unit on unit.id = %(unit)s and unit.department = cases.department and unit.retired is null
where cases.id = %(case)s and cases.state = 'waiting' and cases.wants is null and unit.kind = any(%(kinds)s)
    and (%(departments)s::text[] is null or unit.department = any(%(departments)s)) for update of cases

-- name: has_order
-- Held: it may be handed to another at this moment
select from hub.cases join hub.entity unit on unit.number = cases.assigned_to
where cases.id = %(case)s and unit.id = %(unit)s
    and (%(departments)s::text[] is null or unit.department = any(%(departments)s)) for no key update of cases

-- name: alarms_left
select 1 from hub.alarm where not answered_raise or (cleared is not null and not answered_clear) limit 1

-- name: instructions_unheard
select message.id, message.at, entity.id as entity, message.says ->> 'en' as "order", message.facts as "values"
from hub.message join hub.entity on entity.number = message.entity
where message.seen is null and (%(entity)s::text is null or entity.id = %(entity)s)
    and (%(kind)s::text is null or entity.kind = %(kind)s)
    and (%(departments)s::text[] is null or entity.department = any(%(departments)s))
order by message.id limit 1000

-- name: instructions_heard
update hub.message set seen = %(at)s from hub.entity
where message.id = any(%(ids)s) and message.seen is null and entity.number = message.entity
    and (%(departments)s::text[] is null or entity.department = any(%(departments)s))
