-- How each case counts, and for whom, at a moment: the one rule behind every figure about departments.
-- Nobody looks better by passing on, closing, opening again or pausing:
--   a case is late when it was not closed for good by its first deadline; no pause and no reopening moves that one;
--   lateness is charged to whoever held the case longest until then, not to whoever was given it at the end;
--   a case that was opened again is not solved, and is charged to whoever had closed it;
--   what staff open for themselves, and what was done before the hub, counts for nobody.
create function hub.judged(moment timestamptz) returns table (
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
        known.closed is not null and known.reopened = 0,
        known.late,
        coalesce((
            select sum(least(coalesce(clock.until, moment), moment) - clock.since) from (
                select case_step.what, case_step.at as since, lead(case_step.at) over (order by case_step.id) as until
                from hub.case_step where case_step.cases = known.id and case_step.what in ('paused', 'resumed')
            ) as clock where clock.what = 'paused'
        ), interval '0')
    from (
        select cases.*, coalesce(cases.closed, moment) > cases.first_due as late from hub.cases
        where cases.first_due is not null and cases.opened_by in ('resident', 'hub') and cases.opened <= moment
    ) as known
$$;
-- A pause ends by itself from now on; those that stand already have two weeks more
update hub.cases set next_look = now() + interval '14 days' where state = 'paused' and next_look is null;
