-- name: witness
insert into evidence.pending (kind, department, at, body)
select kind, department, at, body
from unnest(%(kinds)s::text[], %(departments)s::text[], %(ats)s::timestamptz[], %(bodies)s::bytea[]) with ordinality
    as told (kind, department, at, body, place) order by place

-- name: take_pending
with taken as (
    delete from evidence.pending where id in (select id from evidence.pending order by id limit %(most)s)
    returning id, kind, department, at, body
)
select kind, department, at, body from taken order by id

-- name: indices_of_leaves
select held.leaf, held.index from generate_series(0, %(count)s - 1) place cross join lateral (
    select leaf, index from evidence.entry where leaf = substr(%(leaves)b, 1 + 32 * place, 32)
    offset 0  -- one look into the index for each, however little the planner knows of a log that grows fast
) held

-- name: leaves_of_tiles
select string_agg(hashes, '' order by index) from evidence.tile
where level = 0 and index >= %(first)s and index < %(end)s

-- name: copy_entries
copy evidence.entry (index, kind, department, at, body, leaf) from stdin (format binary)

-- name: put_tiles
insert into evidence.tile (level, index, hashes)
select level, index, hashes from unnest(%(levels)s::smallint[], %(indices)s::bigint[], %(hashes)b::bytea[])
    as grown (level, index, hashes)
on conflict (level, index) do update set hashes = excluded.hashes

-- name: tile
select hashes from evidence.tile where level = %(level)s and index = %(index)s

-- name: put_checkpoint
with put as (insert into evidence.checkpoint (size, note) values (%(size)s, %(note)s)),
forgotten as (delete from evidence.checkpoint where at < now() - interval '1 hour' and size %% 1024 <> 0)
select pg_notify('evidence', %(size)s::text)

-- name: log_size
select max(size) from evidence.checkpoint

-- name: newest_checkpoint
select note from evidence.checkpoint order by size desc limit 1

-- name: entries_after
select index, kind, department, at, body from evidence.entry
where index >= %(after)s order by index limit %(most)s
