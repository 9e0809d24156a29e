-- A leaf is only ever looked up whole: a hash index costs a third of a sorted one to grow.
-- While it is built the log waits; what is witnessed meanwhile stands in evidence.pending.
create index entry_leaf_hash on evidence.entry using hash (leaf);
drop index evidence.entry_leaf_idx;
