-- name: things_of_numbers
select number, id, name, department from hub.entity where number = any(%(numbers)s)

-- name: raise_alarms
-- What tells of a device is nothing to answer yet: it may be one of many (`hub.device_alarm`)
with told as materialized (
    select * from unnest(%(rules)s::text[], %(severities)s::text[], %(entities)s::int[], %(departments)s::text[],
        %(times)s::timestamptz[], %(values)s::float8[], %(says)s::jsonb[], %(silents)s::boolean[], %(sinces)s::timestamptz[],
        %(noticeds)s::timestamptz[]) with ordinality
        as told (rule, severity, entity, department, raised, value, says, silent, since, noticed, place)
), raised as (
    insert into hub.alarm (rule, severity, entity, department, raised, value, says, answered_raise, answered_clear)
    select rule, severity, entity, department, raised, value, says, silent is not null, silent is not null from told
    where exists (select from hub.entity where number = told.entity and retired is null) order by place
    on conflict (rule, entity) where cleared is null do nothing returning id, rule, entity
), of_devices as (
    insert into hub.device_alarm (alarm, entity, department, silent, since, noticed)
    select raised.id, told.entity, told.department, told.silent, told.since, told.noticed
    from raised join told using (rule, entity) where told.silent is not null
)
select rule, entity from raised

-- name: clear_alarms
-- One look into the index of those that stand for each, however many there ever were
update hub.alarm set cleared = found.cleared, cleared_value = found.value
from (
    select standing.id, told.cleared, told.value
    from unnest(%(rules)s::text[], %(entities)s::int[], %(times)s::timestamptz[], %(values)s::float8[])
        as told (rule, entity, cleared, value)
    cross join lateral (
        select id from hub.alarm where alarm.rule = told.rule and alarm.entity = told.entity and alarm.cleared is null offset 0
    ) as standing
) as found
where alarm.id = found.id and alarm.cleared is null returning alarm.rule, alarm.entity, alarm.department

-- name: standing_alarms
select entity, rule from hub.alarm where cleared is null and entity %% 64 = any(%(parts)s)

-- name: unanswered_alarms
select alarm.id, alarm.rule, alarm.severity, alarm.raised, alarm.value, alarm.says, alarm.acknowledged, alarm.cleared,
    alarm.answered_raise, alarm.department as alarm_department,
    entity.number, entity.id as entity_id, entity.kind, entity.name, entity.lon, entity.lat, entity.department, entity.facts
from hub.alarm join hub.entity on entity.number = alarm.entity
where not alarm.answered_raise or (alarm.cleared is not null and not alarm.answered_clear)
order by alarm.id limit 1
for update of alarm skip locked

-- name: answered_raise
update hub.alarm set answered_raise = true where id = %(id)s

-- name: answered_clear
update hub.alarm set answered_clear = true where id = %(id)s

-- name: acknowledge_alarm
update hub.alarm set acknowledged = %(at)s, acknowledged_by = %(who)s, acknowledged_note = %(note)s
where id = %(id)s and acknowledged is null returning id, rule, says, department

-- name: acknowledged_by
select acknowledged_by as by, acknowledged as at from hub.alarm where id = %(id)s

-- name: put_message
insert into hub.message (at, department, role, entity, says, facts)
values (%(at)s, %(department)s, %(role)s, (select number from hub.entity where id = %(entity)s), %(says)s, %(facts)s)
