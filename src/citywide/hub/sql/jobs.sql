-- name: defer_job
-- What stands as it should is left alone: it may be under way for long, and who begins to work waits for nobody
insert into hub.job (name, values, key, every, due)
select %(name)s, %(values)s::jsonb, %(key)s, %(every)s::interval, %(due)s::timestamptz where not exists (
    select from hub.job where key = %(key)s and every is not distinct from %(every)s::interval and failed is null)
on conflict (key) do update set every = excluded.every, failed = null, attempts = 0,
    due = case when job.failed is null then least(job.due, excluded.due) else excluded.due end
where job.every is distinct from excluded.every or job.failed is not null

-- name: due_jobs
-- What would come round later than it can was put down by a clock that has been put back since
select id from hub.job
where (due <= %(now)s or due > %(now)s + every + interval '10 seconds') and failed is null and name = any(%(names)s)
order by due limit 100

-- name: due_job
-- Whoever did it a moment ago has put it off
select id, name, values, attempts, every from hub.job
where (due <= %(now)s or due > %(now)s + every + interval '10 seconds') and failed is null and id = %(id)s

-- name: begin_job
select pg_try_advisory_lock(1785684577, (%(id)s %% 2147483647)::int)

-- name: end_job
select pg_advisory_unlock(1785684577, (%(id)s %% 2147483647)::int)

-- name: job_failed
-- Later each time, but what comes round is tried no more seldom than it comes round
update hub.job set attempts = attempts + 1, failed = %(failed)s,
    due = %(now)s + least(every, interval '2 seconds' * 2 ^ least(attempts, 12)) where id = %(id)s

-- name: jobs_in_trouble
select count(*) as jobs from hub.job where attempts > 0

-- name: job_done
with again as (
    update hub.job set due = %(now)s + every, attempts = 0 where id = %(id)s and every is not null returning id
)
delete from hub.job where id = %(id)s and every is null
