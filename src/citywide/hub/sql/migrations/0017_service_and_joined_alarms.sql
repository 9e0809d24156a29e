-- An alarm that joined a case holds it open as the one does that opened it
create index case_step_alarm on hub.case_step ((facts ->> 'alarm')) where what = 'joined';
-- Dispatch looks round every second for what waits
create index case_waiting on hub.cases (wants) where state = 'waiting' and wants is not null;
-- Each worker tells with its heartbeat how it is
alter table hub.worker add column told jsonb not null default '{}';
-- A thing that has left service stays readable; when that changed last, by the wall's clock, tells every worker
alter table hub.entity add column retired timestamptz, add column service_changed timestamptz;
create index entity_service on hub.entity (service_changed) where service_changed is not null;
-- How each case counts, as before, but for two ways of looking better:
--   what staff opened counts once residents have joined it: nobody takes a complaint's place beforehand;
--   what was closed while its alarm stands is not solved as long as the device says otherwise.
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
        known.closed is not null and known.reopened = 0
            and not exists (select from hub.alarm where alarm.id = known.alarm and alarm.cleared is null),
        known.late,
        coalesce((
            select sum(least(coalesce(clock.until, moment), moment) - clock.since) from (
                select case_step.what, case_step.at as since, lead(case_step.at) over (order by case_step.id) as until
                from hub.case_step where case_step.cases = known.id and case_step.what in ('paused', 'resumed')
            ) as clock where clock.what = 'paused'
        ), interval '0')
    from (
        select cases.*, coalesce(cases.closed, moment) > cases.first_due as late from hub.cases
        where cases.first_due is not null and cases.opened <= moment
            and (cases.opened_by in ('resident', 'hub') or cases.reporters > 0 and cases.opened_by <> 'former hotline')
    ) as known
$$;

-- What is no uuid names nothing; and what is one is found by its index
create function hub.uuid_of(told text) returns uuid language sql immutable as $$
    select case when told ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then told::uuid end
$$;
