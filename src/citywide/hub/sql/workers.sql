-- name: join_workers
insert into hub.worker (name, address) values (%(worker)s, %(address)s)

-- name: leave_workers
with freed as (update hub.lease set worker = null where worker = %(worker)s)
delete from hub.worker where name = %(worker)s

-- name: still_here
update hub.worker set seen = clock_timestamp(), told = coalesce(%(told)s, told) where name = %(worker)s

-- name: give_up_silent
delete from hub.worker where name in (
    select name from hub.worker
    where pg_postmaster_start_time() < clock_timestamp() - %(after)s::interval  -- after a restart all get their chance
      and (seen < clock_timestamp() - %(after)s::interval
        or (abs(extract(epoch from clock_timestamp() - seen)) > extract(epoch from %(after)s::interval) / 3
            -- killed, maybe before the clock was put back: its connection fell with it
            and not exists (select from pg_stat_activity where application_name = right(split_part(worker.name, '~', 1), 60))))
    for update skip locked)
returning name

-- name: still_silent
-- Held by what it has begun itself, so that nobody can count it out yet
select name from hub.worker where seen < clock_timestamp() - %(after)s::interval
    and pg_postmaster_start_time() < clock_timestamp() - %(after)s::interval

-- name: end_sessions
select pg_terminate_backend(pid) from pg_stat_activity where application_name = any(%(owners)s)

-- name: living_workers
select name, address from hub.worker order by name

-- name: pulses
select name, told from hub.worker order by name

-- name: free_parts
select part, term from hub.lease where not exists (select from hub.worker where name = lease.worker)
order by part limit %(most)s

-- name: claim_parts
with free as (  -- who claimed one of them meanwhile has raised its term
    select part from hub.lease join unnest(%(parts)s::smallint[], %(terms)s::bigint[]) found (part, term)
    using (part, term) order by part for update of lease skip locked)
update hub.lease set worker = %(worker)s, term = term + 1 where part in (select part from free)

-- name: keepers
select case when exists (select from hub.worker where name = lease.worker) then worker end
from hub.lease order by part

-- name: release_parts
update hub.lease set worker = null where worker = %(worker)s and part = any(%(parts)s)

-- name: log_not_kept
select coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) as fails from pg_stat_archiver

-- name: kept_clock
select value from hub.setting where name = 'clock'

-- name: keep_clock
insert into hub.setting (name, value) values ('clock', %(clock)s)
on conflict (name) do update set value = excluded.value
