-- Of two cases that are one, the one that goes on with another; what is done to that is done to it
alter table hub.cases add column joined_to bigint references hub.cases, add column own_due timestamptz;
create index case_joined on hub.cases (joined_to) where joined_to is not null;

create function hub.one_with(number bigint) returns setof bigint language sql stable rows 2 as $$
    with recursive one as (
        select number as id union select cases.id from hub.cases join one on cases.joined_to = one.id
    )
    select id from one
$$;

create function hub.standing(number bigint) returns bigint language sql stable as $$
    with recursive way as (
        select cases.id, cases.joined_to from hub.cases where cases.id = number
        union select cases.id, cases.joined_to from hub.cases join way on cases.id = way.joined_to
    )
    select id from way where joined_to is null
$$;

create or replace function people.departments_of(resident uuid, asked text) returns setof text
language sql stable security definer set search_path = pg_catalog as $$
    select cases.department from hub.follower join hub.cases on cases.id = follower.cases
    where follower.person = resident and cases.department <> '' and (cases.closed is null
        or cases.closed > (select at from hub.case_step order by id desc limit 1) - interval '30 days')
    union
    select department from people.on_file where person = resident and purpose = asked and until > now()
$$;
