-- name: case_near
-- Of the same thing, else near in place and time; of all cases the open ones are few, and the newest
with near as materialized (
    select cases.id from hub.cases where cases.category = %(category)s and cases.closed is null
        and cases.about = (select number from hub.entity where id = %(about)s)
    union all
    select cases.id from hub.cases where cases.category = %(category)s and cases.closed is null
        and %(about)s::text is null and cases.opened >= %(since)s
        and hub.metres(cases.lon, cases.lat, %(lon)s::float8, %(lat)s::float8) <= %(metres)s
)
select hub.standing(min(id)) from near having count(*) > 0

-- name: join_case
update hub.cases set reporters = reporters + %(told)s,
    alarm = coalesce(alarm, %(alarm)s) where id = %(case)s

-- name: open_case
insert into hub.cases (title, category, department, about, lon, lat, details, facts, opened, due, alarm, opened_by,
    first_department, first_due, wants, needs, next_look, reporters)
values (%(title)s, %(category)s, %(department)s, (select number from hub.entity where id = %(about)s),
    %(lon)s, %(lat)s, %(details)s, %(facts)s, %(opened)s, %(due)s, %(alarm)s, %(who)s,
    %(department)s, %(due)s, %(wants)s, %(needs)s, %(next_look)s,
    %(told)s)
returning id

-- name: case_row
-- Locked, but not against a step that is put down for it by whoever holds what it goes on as
select id, title, category, department, state, lon, lat, opened, due, remaining, assigned_to, alarm, opened_by, reporters,
    first_due, closed_department, wants, needs, reopened, rung, joined_case.goes_on_as as joined_to
from hub.cases left join hub.joined_case on joined_case.cases = cases.id where id = %(case)s for no key update of cases

-- name: standing
select hub.standing(%(case)s)

-- name: assign_case
update hub.cases set state = 'assigned', assigned_to = entity.number
from hub.entity where entity.id = %(unit)s and cases.id = %(case)s returning entity.name

-- name: closed_case
update hub.cases set closed = %(at)s, closed_department = department, next_look = null
where id in (select hub.one_with(%(case)s))

-- name: pause_case
update hub.cases set state = 'paused', remaining = %(left)s, due = null, next_look = %(until)s where id = %(case)s

-- name: resume_case
-- A unit that was sent elsewhere meanwhile has it no longer; who was picked by hand keeps it
with one as (
    update hub.cases set due = %(due)s where id in (select hub.one_with(%(case)s)) and id <> %(case)s
), set_anew as (
    update hub.joined_case set own_due = null where goes_on_as in (select hub.one_with(%(case)s))
)
update hub.cases set state = case when kept.unit is null then 'waiting' else 'assigned' end, assigned_to = kept.unit,
    remaining = null, due = %(due)s, next_look = %(at)s
from (
    select paused.id, case when paused.wants is null or not exists (
        select from hub.cases other where other.assigned_to = paused.assigned_to and other.state in ('assigned', 'working')
    ) then paused.assigned_to end as unit from hub.cases paused
) as kept where cases.id = %(case)s and kept.id = cases.id

-- name: take_up_again
update hub.cases set state = 'waiting', assigned_to = null where id = %(case)s and state = 'checking'

-- name: reroute_case
-- The kind of unit that it waited for is the former department's
update hub.cases set department = %(department)s, assigned_to = null, passed_by = array_append(passed_by, department),
    wants = null, needs = '{}',
    state = case when state in ('paused', 'closed') then state else 'waiting' end where id in (select hub.one_with(%(case)s))

-- name: reopen_case
with unsaid as (
    update hub.follower set confirmed = null where cases in (select hub.one_with(%(case)s)) and confirmed is not null
), set_anew as (
    update hub.joined_case set own_due = null where goes_on_as in (select hub.one_with(%(case)s))
)
update hub.cases set state = case when id = %(case)s then 'waiting' else 'closed' end, assigned_to = null,
    due = %(due)s, closed = null, confirmed = null, reopened = reopened + 1, rung = 0,
    next_look = case when id = %(case)s then %(at)s::timestamptz end where id in (select hub.one_with(%(case)s))

-- name: take_in
update hub.cases set due = least(cases.due, goes.due), next_look = %(at)s,
    state = case when cases.state = 'waiting' then goes.state else cases.state end,
    assigned_to = case when cases.state = 'waiting' then goes.assigned_to else cases.assigned_to end
from hub.cases goes where cases.id = %(into)s and goes.id = %(case)s

-- name: go_with
with goes as (update hub.cases set state = 'closed', assigned_to = null, next_look = null where id = %(case)s)
insert into hub.joined_case (cases, goes_on_as, own_due) values (%(case)s, %(into)s,
    coalesce((select max(own_due) from hub.joined_case where goes_on_as = %(into)s), %(due)s))

-- name: part_case
with alone as (
    update hub.cases set state = 'waiting', next_look = %(at)s where id = %(case)s
), parted as (
    delete from hub.joined_case where cases = %(case)s returning own_due
)
update hub.cases set next_look = %(at)s, due = least(parted.own_due, (
    select min(other.due) from hub.joined_case join hub.cases other on other.id = joined_case.cases
    where joined_case.goes_on_as = %(from)s and other.id <> %(case)s and joined_case.own_due is not null))
from parted where cases.id = %(from)s and parted.own_due is not null

-- name: take_alarms_along
update hub.case_step set facts = facts - 'alarm'
where cases = %(from)s and what = 'joined' and facts ->> 'case' = %(case)s::text

-- name: alarms_behind
select alarm from hub.cases where id = %(case)s and alarm is not null
union select (facts ->> 'alarm')::bigint from hub.case_step where cases = %(case)s and what = 'joined' and facts ? 'alarm'
order by alarm

-- name: reporters_of_all
select sum(reporters)::int from hub.cases where id in (select hub.one_with(%(case)s))

-- name: kinds_waited_for
select distinct wants from hub.cases where state = 'waiting' and wants is not null

-- name: most_urgent_of_each_need
-- Of cases that need the same the first waits for all; one that another worker is sending somebody to is left to it
with first as (
    select distinct on (wants, needs) id from hub.cases where state = 'waiting' and wants = any(%(kinds)s)
    order by wants, needs, due nulls last, id
)
select cases.id from hub.cases join first using (id) where cases.state = 'waiting'
order by cases.due nulls last, cases.id for update of cases skip locked

-- name: orders_in_doubt
-- On the way, but not heard of for long, or gone off shift: who is there and works has arrived
select cases.id, cases.wants, unit.id as unit, unit.name
from hub.cases join hub.entity unit on unit.number = cases.assigned_to
where cases.state = 'assigned' and cases.wants = unit.kind and (
    unit.facts ->> 'on_shift' = 'false' or unit.retired is not null
    or exists (select from hub.series join hub.latest on latest.series = series.number
               where series.entity = unit.number and series.quantity = 'position_lon'
                 and latest.time < %(heard_since)s))
order by cases.due nulls last, cases.id for update of cases skip locked

-- name: cases_of_alarm
-- That it opened, and that it joined; what goes on as another is left to whoever holds that
select id, state from hub.cases where state <> 'closed' and id in (
    select id from hub.cases where alarm = %(alarm)s
    union all select cases from hub.case_step where what = 'joined' and facts ->> 'alarm' = %(alarm)s::text)
order by id for no key update

-- name: other_alarms_standing
select from hub.alarm where cleared is null and id <> %(alarm)s and id in (
    select alarm from hub.cases where id = %(case)s
    union all select (facts ->> 'alarm')::bigint from hub.case_step
    where cases = %(case)s and what = 'joined' and facts ? 'alarm')

-- name: add_step
with step as (
    insert into hub.case_step (cases, at, who, what, says, facts)
    values (%(case)s, %(at)s, %(who)s, %(what)s, %(says)s, %(facts)s)
)
select department, array(select cases from hub.joined_case where goes_on_as = %(case)s) from hub.cases where id = %(case)s

-- name: cases_to_look_at
select id, title, category, department, state, opened, due, first_due, rung from hub.cases
where next_look <= %(now)s and state <> 'closed'
order by next_look limit 200 for update skip locked

-- name: judge_due
select hub.judge_due(%(now)s, %(most)s)

-- name: look_again
update hub.cases set next_look = %(at)s where id = %(case)s

-- name: climb
update hub.cases set rung = %(rung)s, next_look = %(next_look)s,
    late_department = coalesce(late_department, case when %(late)s then department end) where id = %(case)s

-- name: case_seen
select cases.id, cases.title, cases.category, cases.department, cases.state, cases.opened, cases.due, cases.lon, cases.lat,
    cases.details, cases.opened_by, cases.stars, joined_case.goes_on_as as joined_to,
    (select sum(one.reporters)::int from hub.cases one where one.id in (select hub.one_with(cases.id))) as reporters, cases.reopened, cases.confirmed, hub.may_see(cases.department) as ours,
    cases.facts -> 'outage' as outage, thing.id as about, thing.name as about_name, unit.id as assigned_to, unit.name as unit_name,
    array(select '/v1/photos/' || photo.id from hub.photo where photo.cases in (select hub.one_with(cases.id)) order by photo.at) as photos,
    array(select facts ->> 'link' from hub.case_step where case_step.cases = cases.id and facts ? 'link' order by id) as links
from hub.cases left join hub.entity thing on thing.number = cases.about
left join hub.entity unit on unit.number = cases.assigned_to
left join hub.joined_case on joined_case.cases = cases.id
where cases.id = %(case)s

-- name: steps_seen
select at, who, what, says from hub.case_step where cases = %(case)s order by id

-- name: steps_followed
-- A follower reads the hub's words and its own; of what others and staff wrote only that it was done
select at, who, what,
    case when who = 'hub' or (what = 'opened' and %(first)s) or facts ->> 'follower' = %(follower)s then says end as says
from hub.case_step where cases = %(case)s order by id
