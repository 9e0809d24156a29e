-- name: defer_job
insert into hub.job (name, values, key, every, due) values (%(name)s, %(values)s, %(key)s, %(every)s, %(due)s)
on conflict (key) do update set every = excluded.every, due = least(job.due, excluded.due)
where job.every is distinct from excluded.every

-- name: due_job
select * from hub.job where due <= %(now)s and failed is null and name = any(%(names)s)
order by due limit 1 for update skip locked

-- name: job_failed
update hub.job set attempts = attempts + 1, failed = %(failed)s,
    due = %(now)s + interval '2 seconds' * 2 ^ least(attempts, 12) where id = %(id)s

-- name: job_done
with again as (
    update hub.job set due = %(now)s + every, attempts = 0 where id = %(id)s and every is not null returning id
)
delete from hub.job where id = %(id)s and every is null
