-- A resident's name and telephone are for an office that has to do with them, for a purpose, as long as it has.
-- This is the one place that knows the purposes: who may ask for each, and what else it needs.
create table people.purpose (
    name text primary key, roles text[] not null, needs_consent boolean not null, needs_grant boolean not null
);
insert into people.purpose values
    ('contact', '{officer,manager}', true, false),
    ('research', '{scientist}', true, false),
    ('emergency', '{officer,manager,crew}', false, false),
    ('disease_control', '{officer,manager}', false, true);

-- Whom a department keeps on file for a purpose without a case of theirs: a patient, somebody who takes part in a study
create table people.on_file (
    person uuid not null references people.person on delete cascade,
    purpose text not null references people.purpose, department text not null check (department <> ''),
    until timestamptz not null, primary key (person, purpose, department)
);

-- A grant holds in the departments where its giver is a manager and its taker may ask
alter table people.access_grant add column departments text[] not null default '{}';
update people.access_grant set departments = case when staff.everywhere then '{*}' else staff.departments end
from people.staff where staff.name = access_grant.staff;
drop policy departments on people.access_grant;
create policy departments on people.access_grant for select to citywide_staff using (
    staff = coalesce(current_setting('citywide.name', true), '')
    or exists (select from unnest(departments) as department where hub.may_see(department)));

-- While the index is built, whoever sends a report waits for a moment
create index follower_person on hub.follower (person) where person is not null;

-- Who has to do with a resident now: has a case that they told of, or had it until a month ago, or keeps them on file
create function people.departments_of(resident uuid, asked text) returns setof text
language sql stable security definer set search_path = pg_catalog as $$
    select cases.department from hub.follower join hub.cases on cases.id = follower.cases
    where follower.person = resident and cases.department <> '' and (cases.state <> 'closed'
        or cases.closed > (select at from hub.case_step order by id desc limit 1) - interval '30 days')
    union
    select department from people.on_file where person = resident and purpose = asked and until > now()
$$;

-- Why the reader may not see this resident for this purpose; null where they may
create function people.why_not(resident uuid, asked text) returns text
language sql stable security definer set search_path = pg_catalog as $$
    with reader as (
        select coalesce(current_setting('citywide.name', true), '') as name,
            string_to_array(coalesce(current_setting('citywide.offices', true), ''), ',') as offices
    ), granted as (
        select department from people.access_grant, reader, unnest(departments) as department
        where staff = reader.name and purpose = asked and since <= now() and until > now()
    ), office as (
        select mine.department from people.purpose, people.departments_of(resident, asked) as mine (department), reader
        where purpose.name = asked and exists (select from unnest(roles) as role
            where array[role || '@' || mine.department, role || '@*'] && reader.offices)
    )
    select case
        when not exists (select from people.purpose where name = asked) then 'purpose'
        when not exists (select from people.purpose, reader, unnest(offices) as held
            where purpose.name = asked and split_part(held, '@', 1) = any(roles)) then 'role'
        when (select needs_grant from people.purpose where name = asked) and not exists (select from granted) then 'grant'
        when not exists (select from office) then 'stranger'
        when (select needs_grant from people.purpose where name = asked) and not exists (
            select from office join granted on granted.department in (office.department, '*')) then 'grant'
        when (select needs_consent from people.purpose where name = asked) and not exists (
            select from people.consent where person = resident and purpose = asked and withdrawn is null) then 'consent'
    end
$$;

-- No page shows a resident: only who may also write, and so write down that they asked, reads one at a time
alter table people.person enable row level security;
create policy asked_for on people.person for select to citywide_staff using (
    current_setting('transaction_read_only') = 'off'
    and people.why_not(id, coalesce(current_setting('citywide.purpose', true), '')) is null);
grant select on people.person to citywide_staff;

-- Until when a case's own alarms stand: that which opened it and those that joined it; infinity while one of them does.
-- Whose alarm it is makes no difference, so that every reader sees the same figures.
create function hub.quiet_since(number bigint, opener bigint) returns timestamptz
language sql stable security definer set search_path = pg_catalog as $$
    select max(coalesce(alarm.cleared, 'infinity')) from hub.alarm where alarm.id = opener or alarm.id in (
        select (facts ->> 'alarm')::bigint from hub.case_step where cases = number and what = 'joined' and facts ? 'alarm')
$$;

-- How each case counts, as before, but for one way of looking better: what is closed while a device says otherwise is
-- done when the device agrees, and late if that is after its deadline. So closing at once gains nothing.
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
            select sum(least(coalesce(clock.until, moment), moment) - clock.since) from (
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
