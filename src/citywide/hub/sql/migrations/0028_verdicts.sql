-- How each case counts is kept for as long as it holds: ten million cases cannot be judged anew for every reader.
-- `hub.judged` stays the one rule; what is kept says what it said, and until when that is so.
create table hub.verdict (
    cases bigint primary key references hub.cases on delete cascade,
    opened timestamptz not null,
    holds_until timestamptz not null default '-infinity',
    department text, held_by text,   -- for whom it counts, if for anybody, and who has it
    reporters int, stars smallint, reopened boolean,
    answered boolean, solved boolean, late boolean, paused interval
);
create index verdict_over on hub.verdict (holds_until, cases desc) where holds_until < 'infinity';
create index verdict_opened on hub.verdict using brin (opened);
create index verdict_elsewhere on hub.verdict (cases) where department <> held_by and (late or reopened);

-- Each alarm is looked up; asked with `or`, all that ever rang were gone through for each case
create or replace function hub.quiet_since(number bigint, opener bigint) returns timestamptz
language sql stable security definer set search_path = pg_catalog as $$
    select max(coalesce(alarm.cleared, 'infinity')) from (
        select opener as id union all
        select (facts ->> 'alarm')::bigint from hub.case_step where cases = number and what = 'joined' and facts ? 'alarm'
    ) as behind join hub.alarm on alarm.id = behind.id
$$;

-- Asked once for a query, not for each row
alter table hub.verdict enable row level security;
create policy departments on hub.verdict for select to citywide_staff using (
    (select coalesce(current_setting('citywide.everywhere', true), '') = 'on')
    or department = any ((select hub.reader_departments())::text[])
    or held_by = any ((select hub.reader_departments())::text[]));
grant select on hub.verdict to citywide_staff;

-- What is told of a case is over when the case is, so that what still stands is found among all that was ever told
alter table hub.message add column over boolean not null default false;

-- Whoever changes a case waits until it has been judged, so that no change falls between the look and the verdict
create function hub.judge_again(number bigint, opened timestamptz) returns void language sql as $$
    insert into hub.verdict (cases, opened) values (number, opened)
    on conflict (cases) do update set holds_until = '-infinity'
$$;
create function hub.case_changed() returns trigger language plpgsql as $$
begin
    if new.opened_by <> 'former hotline' then
        perform hub.judge_again(new.id, new.opened);
    end if;
    update hub.message set over = not over
    where (facts ->> 'case')::bigint = new.id and role is not null and over <> (new.state = 'closed');
    return null;
end $$;
create function hub.case_stepped() returns trigger language plpgsql as $$
begin
    perform hub.judge_again(id, opened) from hub.cases where id = new.cases and opened_by <> 'former hotline';
    return null;
end $$;
create trigger changed after insert or update of department, closed_department, state, closed, reopened, reporters, stars, alarm, first_due
    on hub.cases for each row execute function hub.case_changed();
create trigger stepped after insert on hub.case_step for each row
    when (new.what in ('assigned', 'working', 'paused', 'resumed', 'rerouted', 'reopened', 'joined'))
    execute function hub.case_stepped();

-- Judge what is due, the newest first; returns how many cases that were. One that is being changed is left for later.
-- An open case is looked at again when its deadline comes, one that waits for somebody or for a device each minute.
create function hub.judge_due(moment timestamptz, most int) returns int language plpgsql as $$
declare
    due bigint[] := array(select cases from hub.verdict where holds_until <= moment
        order by holds_until, cases desc limit most for update skip locked);
begin
    update hub.verdict set department = judged.department, held_by = cases.department, reporters = judged.reporters,
        stars = judged.stars, reopened = cases.reopened > 0, answered = judged.answered, solved = judged.solved,
        late = judged.late, paused = judged.paused,
        holds_until = case
            when cases.opened > moment then cases.opened
            when judged.id is null then 'infinity'
            when cases.closed is not null and (cases.alarm is null or hub.quiet_since(cases.id, cases.alarm) <= moment)
                then 'infinity'
            else least(
                case when judged.late then 'infinity' else cases.first_due end,
                case when cases.closed is not null or cases.state = 'paused' then moment + interval '1 minute' end) end
    from unnest(due) as looked_at (number)
    join hub.cases on cases.id = looked_at.number
    left join (select * from hub.judged(moment) as every_case where every_case.id = any (due)) as judged on judged.id = cases.id
    where verdict.cases = looked_at.number;
    return cardinality(due);
end $$;

-- The numbers alone: whose case it is shows the case
create function hub.no_longer_held(since timestamptz, moment timestamptz) returns setof bigint
language sql stable rows 100 security definer set search_path = pg_catalog as $$
    select cases from hub.verdict where holds_until <= moment and opened > since
$$;
-- Whom a case is charged to, as kept or judged anew. The moment is a value of its own: given as a query, it had every
-- case of the city judged for one
create or replace function hub.charged(number bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog as $$
declare
    moment timestamptz := (select at from hub.case_step order by id desc limit 1);
    counts record;
begin
    select department, late or not solved as against into counts from hub.verdict where cases = number and holds_until > moment;
    if not found then
        select judged.department, judged.late or not judged.solved as against into counts
        from hub.judged(moment) as judged where judged.id = number;
    end if;
    return case when counts.against then counts.department end;
end $$;
-- How the cases count that were opened since a moment: what is kept, and anew what holds no longer
create function hub.judged_since(since timestamptz, moment timestamptz) returns table (
    id bigint, department text, held_by text, reporters int, stars smallint, reopened boolean,
    answered boolean, solved boolean, late boolean, paused interval
) language sql stable as $$
    select cases, department, held_by, reporters, stars, reopened, answered, solved, late, paused from hub.verdict
    where opened > since and opened <= moment and holds_until > moment and department is not null
    union all
    select judged.id, judged.department, cases.department, judged.reporters, judged.stars, cases.reopened > 0,
        judged.answered, judged.solved, judged.late, judged.paused
    from hub.judged(moment) as judged join hub.cases on cases.id = judged.id
    where judged.id in (select hub.no_longer_held(since, moment))
$$;

-- What data there are, counted in one walk: whether its department may be seen is asked of each thing once, not of each
-- of its series and values
create view hub.data_set with (security_barrier) as
    select series.quantity, entity.kind, entity.department, count(*) filter (where entity.retired is null)::int as series,
        count(*) filter (where entity.retired is not null)::int as retired, max(latest.time) as newest,
        min(latest.time) as oldest_newest, min(entity.lon) as west, min(entity.lat) as south, max(entity.lon) as east,
        max(entity.lat) as north
    from hub.series join hub.entity on entity.number = series.entity left join hub.latest on latest.series = series.number
    where hub.may_see(entity.department) or coalesce(current_setting('citywide.everywhere', true), '') = ''
    group by series.quantity, entity.kind, entity.department;
grant select on hub.data_set to citywide_staff;
