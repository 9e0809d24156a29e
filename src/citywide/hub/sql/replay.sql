-- name: series_of_quantities
select series.number, series.entity, series.quantity, entity.id, entity.kind
from hub.series join hub.entity on entity.number = series.entity
where series.quantity = any(%(quantities)s) order by series.quantity, entity.kind, series.number

-- name: alarms_of_rule
select entity.id, alarm.raised, alarm.value, alarm.cleared
from hub.alarm join hub.entity on entity.number = alarm.entity
where alarm.rule = %(rule)s and alarm.raised >= %(begin)s and alarm.raised < %(end)s order by alarm.raised, entity.id

-- name: arrivals_of_series
select series, (extract(epoch from time) * 1000000)::bigint, value, received from hub.reading
where series = any(%(series)s) and time >= %(begin)s and time <= %(end)s
  and received >= %(since)s and received < %(until)s
