-- How each case counts, as before; but where the host's clock was put back during a pause, that lasted no less than no time
create or replace function hub.judged(moment timestamptz) returns table (
    id bigint, department text, opened timestamptz, reporters int, stars smallint,
    answered boolean, solved boolean, late boolean, paused interval
) language sql stable as $$
    select known.id,
        case when known.late then (
            select held.department from (
                select coalesce(lag(step.facts ->> 'to') over (order by step.id), known.first_department) as department,
                    coalesce(lag(step.at) over (order by step.id), known.opened) as since, step.at as until
                from (
                    select case_step.id, case_step.at, case_step.facts from hub.case_step
                    where case_step.cases = known.id and case_step.what = 'rerouted'
                    union all select 9223372036854775807, known.first_due, '{}'::jsonb
                ) as step
            ) as held group by held.department
            order by sum(greatest(least(held.until, known.first_due) - held.since, interval '0')) desc, min(held.since) limit 1
        ) else coalesce((
            select case_step.facts ->> 'department' from hub.case_step
            where case_step.cases = known.id and case_step.what = 'reopened' order by case_step.id limit 1
        ), known.closed_department, known.department) end,
        known.opened, known.reporters, known.stars,
        coalesce((
            select min(case_step.at) from hub.case_step
            where case_step.cases = known.id and case_step.what in ('assigned', 'working')
        ) <= known.opened + interval '1 day', false),
        known.done <= moment and known.reopened = 0,
        known.late,
        coalesce((
            select sum(greatest(least(coalesce(clock.until, moment), moment) - clock.since, interval '0')) from (
                select case_step.what, case_step.at as since, lead(case_step.at) over (order by case_step.id) as until
                from hub.case_step where case_step.cases = known.id and case_step.what in ('paused', 'resumed')
            ) as clock where clock.what = 'paused'
        ), interval '0')
    from (
        select counted.*, least(counted.done, moment) > counted.first_due as late from (
            select cases.*, case when cases.closed is null then 'infinity' when cases.alarm is null then cases.closed
                else greatest(cases.closed, hub.quiet_since(cases.id, cases.alarm)) end as done
            from hub.cases where cases.first_due is not null and cases.opened <= moment
                and (cases.opened_by in ('resident', 'hub') or cases.reporters > 0 and cases.opened_by <> 'former hotline')
        ) as counted
    ) as known
$$;
