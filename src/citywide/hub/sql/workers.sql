-- name: join_workers
insert into hub.worker (name, address) values (%(worker)s, %(address)s)

-- name: leave_workers
with freed as (update hub.lease set worker = null where worker = %(worker)s)
delete from hub.worker where name = %(worker)s

-- name: still_here
update hub.worker set seen = clock_timestamp() where name = %(worker)s

-- name: give_up_silent
delete from hub.worker where name in (
    select name from hub.worker where seen < clock_timestamp() - %(after)s::interval for update skip locked)

-- name: living_workers
select name, address from hub.worker order by name

-- name: claim_parts
update hub.lease set worker = %(worker)s, term = term + 1 where part in (
    select part from hub.lease where not exists (select from hub.worker where name = lease.worker)
    order by part limit %(most)s for update skip locked)
returning part

-- name: keepers
select case when exists (select from hub.worker where name = lease.worker) then worker end
from hub.lease order by part

-- name: release_parts
update hub.lease set worker = null where worker = %(worker)s and part = any(%(parts)s)
