-- name: fence
-- Held against being counted out, not against our own heartbeats: those must not wait for a slow commit
select from hub.worker where name = %(worker)s for key share

-- name: add_to_day
insert into hub.day (day, worker, rows) values (%(day)s, %(worker)s, %(rows)s)
on conflict (day, worker) do update set rows = hub.day.rows + excluded.rows

-- name: known_readings
select wanted.place from unnest(%(series)s::int[], %(times)s::timestamptz[], %(places)s::int[])
    as wanted (series, time, place)
join hub.reading using (series, time)

-- name: writing_latest
-- Known while it lasts, so that whoever reads on by the time of writing comes back for what is committed late
select pg_advisory_xact_lock_shared(1818326629, floor(extract(epoch from clock_timestamp()))::int)

-- name: oldest_writing
select coalesce(min(to_timestamp(objid::bigint)), statement_timestamp()) as committed from pg_locks
where locktype = 'advisory' and classid = 1818326629 and database = (select oid from pg_database where datname = current_database())

-- name: latest_draft
create temp table if not exists latest_draft (series int, time timestamptz, value float8, received bigint)
on commit delete rows

-- name: copy_latest
copy latest_draft (series, time, value, received) from stdin (format binary)

-- name: put_latest
insert into hub.latest (series, time, value) select series, time, value from latest_draft order by series
on conflict (series) do update set time = excluded.time, value = excluded.value, written = clock_timestamp()
where excluded.time >= hub.latest.time

-- name: put_snapshot
insert into hub.snapshot (part, received, state) values ($1::smallint, $2::bigint, $3::bytea)
on conflict (part) do update set received = excluded.received, state = excluded.state
where excluded.received >= hub.snapshot.received

-- name: snapshots_of_parts
select part, received from hub.snapshot where part = any(%(parts)s)

-- name: snapshot
select state from hub.snapshot where part = $1::smallint

-- name: latest_of_parts
select latest.series, (extract(epoch from latest.time) * 1000000)::bigint, latest.value
from hub.latest join hub.series on series.number = latest.series where series.entity %% 64 = any(%(parts)s)

-- name: received_since
-- Packed, commit by commit: row by row costs more to hand over than to find, and one value of all ends at a gigabyte
select string_agg(
    int4send(reading.series) || timestamptz_send(reading.time) || float8send(reading.value) || int8send(reading.received),
    ''::bytea order by reading.time, reading.series)
from hub.reading join hub.series on series.number = reading.series
join unnest(%(parts)s::int[], %(since)s::bigint[]) written (part, received) on written.part = series.entity %% 64
where reading.received > %(oldest)s and reading.received > written.received
group by reading.received order by reading.received

-- name: partitions
select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'hub.reading'::regclass
