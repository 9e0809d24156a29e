-- The log keeps no order by kind: for every entry of the city it cost as much as the entry itself. Whoever reads its own
-- kind alone brings an index of those entries, as `entry_person` is one
drop index evidence.entry_kind_index_idx;
