-- Of two cases that are one, the one that goes on with another; what is done to that is done to it.
-- A table of its own: workers of the version before ask for every column that hub.cases had when they first asked
create table hub.joined_case (
    cases bigint primary key references hub.cases on delete cascade,
    goes_on_as bigint not null references hub.cases on delete cascade check (goes_on_as <> cases),
    own_due timestamptz  -- when that was due before anything was joined to it; empty once its clock has been set anew
);
create index on hub.joined_case (goes_on_as);
alter table hub.joined_case enable row level security;
create policy departments on hub.joined_case for select to citywide_staff using (cases in (select id from hub.cases));
grant select on hub.joined_case to citywide_staff;

create index photo_case on hub.photo (cases);

create function hub.one_with(number bigint) returns setof bigint language sql stable rows 2 as $$
    with recursive one as (
        select number as id union select cases from hub.joined_case join one on goes_on_as = one.id
    )
    select id from one
$$;

create function hub.standing(number bigint) returns bigint language sql stable as $$
    with recursive way as (
        select number as id union select goes_on_as from hub.joined_case join way on cases = way.id
    )
    select id from way where not exists (select from hub.joined_case where cases = way.id)
$$;

create or replace function people.departments_of(resident uuid, asked text) returns setof text
language sql stable security definer set search_path = pg_catalog as $$
    select cases.department from hub.follower join hub.cases on cases.id = follower.cases
    where follower.person = resident and cases.department <> '' and (cases.closed is null
        or cases.closed > (select at from hub.case_step order by id desc limit 1) - interval '30 days')
    union
    select department from people.on_file where person = resident and purpose = asked and until > now()
$$;
