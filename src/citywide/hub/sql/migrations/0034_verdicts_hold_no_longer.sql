-- Judge what is due, as before, but for three ways in which a verdict held longer than it was true:
--   a round has looked at its clock before it comes to a case: what was done since counts from its own moment on;
--   what was joined to a case is paused with it, though its own state is closed: the steps tell, not the state;
--   a clock that ran ahead and was put right had judged by days that are yet to come.
create or replace function hub.judge_due(moment timestamptz, most int) returns int language plpgsql as $$
declare
    due bigint[];
begin
    perform hub.go_by_clock(moment);
    due := array(select cases from hub.verdict where holds_until <= moment
        order by holds_until, cases desc limit most for update skip locked);
    update hub.verdict set department = judged.department, held_by = cases.department, reporters = judged.reporters,
        stars = judged.stars, reopened = cases.reopened > 0, answered = judged.answered, solved = judged.solved,
        late = judged.late, paused = judged.paused,
        holds_until = case
            when cases.opened > moment then cases.opened
            when judged.id is null then 'infinity'
            else least(
                still.stepped_at, case when still.done_at > moment then still.done_at end,
                case when judged.late or still.done_at <= moment then 'infinity' else cases.first_due end,
                case when still.paused or cases.closed is not null and still.done_at = 'infinity'
                    then moment + interval '1 minute' end) end
    from unnest(due) as looked_at (number)
    join hub.cases on cases.id = looked_at.number
    left join (select * from hub.judged(moment) as every_case where every_case.id = any (due)) as judged on judged.id = cases.id
    cross join lateral (
        select case when cases.closed is null then 'infinity' when cases.alarm is null then cases.closed
                else greatest(cases.closed, hub.quiet_since(cases.id, cases.alarm)) end as done_at,
            (select min(at) from hub.case_step where case_step.cases = cases.id and at > moment) as stepped_at,
            (select what = 'paused' from hub.case_step where case_step.cases = cases.id and what in ('paused', 'resumed')
             order by id desc limit 1) as paused
    ) as still
    where verdict.cases = looked_at.number;
    return cardinality(due);
end $$;

-- Up to when the city's cases have been judged; what a clock that ran ahead has judged is due again. Workers' clocks
-- differ a little, and a host's that is put back by less goes on slowly by itself
create function hub.go_by_clock(moment timestamptz) returns void language plpgsql as $$
declare
    until timestamptz := (select value #>> '{}' from hub.setting where name = 'judged');
begin
    if until > moment + interval '10 minutes' then
        update hub.verdict set holds_until = '-infinity' where cases in (
            select id from hub.cases where closed is null or closed > moment
            union all select case_step.cases from hub.case_step where at > moment);
    end if;
    insert into hub.setting (name, value) values ('judged', to_jsonb(moment)) on conflict (name) do update
    set value = excluded.value where until is null or until not between moment - interval '1 minute' and moment + interval '10 minutes';
end $$;

-- What was closed is judged once more where its verdict says that it was not, or in time though it was not
update hub.verdict set holds_until = '-infinity' from hub.cases
where cases.id = verdict.cases and verdict.holds_until > cases.opened and (
    cases.closed is not null and (not verdict.solved and cases.reopened = 0 or verdict.late <> (cases.closed > cases.first_due))
    or cases.closed is null and cases.state = 'closed');
