-- name: raise_alarm
insert into hub.alarm (rule, severity, entity, department, raised, value, says)
select %(rule)s, %(severity)s, number, %(department)s, %(raised)s, %(value)s, %(says)s
from hub.entity where number = %(entity)s and retired is null
on conflict (rule, entity) where cleared is null do nothing

-- name: clear_alarm
update hub.alarm set cleared = %(cleared)s, cleared_value = %(value)s
where rule = %(rule)s and entity = %(entity)s and cleared is null returning department

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
