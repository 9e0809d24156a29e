-- The log keeps no order by kind: for every entry of the city it cost as much as the entry itself. Whoever reads its own
-- kind alone brings an index of those entries, as `entry_person` is one
drop index evidence.entry_kind_index_idx;

-- The latest values of things: whether one may be seen is judged once, by its thing. Judged by the tables' own policies it
-- was looked up again for each series and for each value, which cost more than all else
create view hub.latest_value with (security_barrier) as
select entity.id, entity.name, entity.kind, entity.lon, entity.lat, series.quantity, latest.time, latest.value
from hub.entity join hub.series on series.entity = entity.number join hub.latest on latest.series = series.number
where hub.may_see(entity.department);
grant select on hub.latest_value to citywide_staff;
