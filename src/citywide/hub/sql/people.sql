-- name: add_staff
-- With a new password, or other roles, nobody stays signed in by the old ones
with forgiven as (delete from people.guess where name_hash = sha256(convert_to(%(name)s, 'UTF8'))),
signed_out as (delete from people.session where staff = %(name)s)
insert into people.staff (name, password, roles, departments, everywhere)
values (%(name)s, %(password)s, %(roles)s, %(departments)s, %(everywhere)s)
on conflict (name) do update set password = excluded.password, roles = excluded.roles,
    departments = excluded.departments, everywhere = excluded.everywhere

-- name: staff_by_name
select name, password, roles, departments, everywhere, failures, locked_until from people.staff where name = %(name)s

-- name: name_is_locked
select from people.guess where name_hash = sha256(convert_to(%(name)s, 'UTF8')) and locked_until > now()

-- name: wrong_password
-- Of a name that nobody has, too; after a day it is forgotten
with forgotten as (delete from people.guess where last < now() - interval '1 day')
insert into people.guess as guessed (name_hash, failures) values (sha256(convert_to(%(name)s, 'UTF8')), 1)
on conflict (name_hash) do update set failures = (guessed.failures + 1) %% %(most)s, last = now(),
    locked_until = case when guessed.failures + 1 >= %(most)s then now() + %(lock)s::interval else guessed.locked_until end

-- name: open_session
with right_password as (delete from people.guess where name_hash = sha256(convert_to(%(staff)s, 'UTF8'))),
old as (delete from people.session where until < now())
insert into people.session (token_hash, staff, csrf, until) values (%(token)s, %(staff)s, %(csrf)s, %(until)s)

-- name: session_by_token
-- With every office that the person holds or was lent, their own first
select staff.name, session.csrf, jsonb_agg(
    jsonb_build_object('roles', hat.roles, 'departments', hat.departments, 'everywhere', hat.everywhere)
    order by hat.name <> staff.name, hat.name) as hats
from people.session join people.staff on staff.name = session.staff
join people.staff hat on hat.name = staff.name or hat.name in (
    select from_staff from people.delegation where to_staff = staff.name and until > now())
where session.token_hash = %(token)s and session.until > now()
group by staff.name, session.csrf

-- name: delegate
insert into people.delegation (from_staff, to_staff, since, until, why)
select %(giver)s, name, now(), %(until)s, %(why)s from people.staff where name = %(taker)s

-- name: delegations
select from_staff, to_staff, since, until, why from people.delegation
where %(name)s in (from_staff, to_staff) and until > now() order by until

-- name: end_delegations
update people.delegation set until = now() where from_staff = %(giver)s and to_staff = %(taker)s and until > now()

-- name: add_device_token
insert into people.device_token (token_hash, name, scopes, departments, everywhere, until)
values (%(token)s, %(name)s, %(scopes)s, %(departments)s, %(everywhere)s, %(until)s)

-- name: device_by_token
update people.device_token set last_used = now()
where token_hash = %(token)s and (until is null or until > now()) returning name, scopes, departments, everywhere

-- name: revoke_tokens
delete from people.device_token where name = %(name)s

-- name: tokens_listed
select name, scopes, departments, everywhere, until, last_used from people.device_token order by name

-- name: staff_listed
select name, roles, departments, everywhere from people.staff order by name

-- name: nobodys_cases
-- The open cases of departments that have no officer of their own
select department, count(*) as cases from hub.cases where closed is null and not exists (
    select from people.staff where 'officer' = any(roles) and cases.department = any(departments))
group by department order by department

-- name: remove_staff
with lent as (delete from people.delegation where %(name)s in (from_staff, to_staff))
delete from people.staff where name = %(name)s

-- name: add_person
insert into people.person (name, phone, email) values (%(name)s, %(phone)s, %(email)s) returning id

-- name: add_persons
with given as materialized (
    select place, name, phone, gen_random_uuid() as id
    from unnest(%(names)s::text[], %(phones)s::text[]) with ordinality as given (name, phone, place)
), made as (insert into people.person (id, name, phone) select id, name, phone from given)
select id from given order by place

-- name: give_consent
insert into people.consent (person, purpose, given) values (%(person)s, %(purpose)s, now())

-- name: withdraw_consent
update people.consent set withdrawn = now()
where person = %(person)s and purpose = %(purpose)s and withdrawn is null

-- name: person_row
select id, name, phone, email, since from people.person where id = hub.uuid_of(%(person)s)

-- name: why_not
select people.why_not(hub.uuid_of(%(person)s), %(purpose)s) as why

-- name: for_purpose
select set_config('citywide.purpose', %(purpose)s, true)

-- name: person_consents
select array(select purpose from people.consent where person = %(person)s and withdrawn is null) as purposes

-- name: keep_on_file
-- Whom nobody here knows is on no file
insert into people.on_file (person, purpose, department, until)
select id, %(purpose)s, %(department)s, now() + %(lasts)s::interval from people.person where id = any(%(persons)s::uuid[])
on conflict (person, purpose, department) do update set until = greatest(on_file.until, excluded.until)

-- name: purposes
select name, roles, needs_consent, needs_grant from people.purpose order by name

-- name: grant_in_force
select from people.access_grant
where staff = %(staff)s and purpose = %(purpose)s and since <= now() and until > now()

-- name: give_grant
insert into people.access_grant (staff, purpose, given_by, since, until, why, departments)
values (%(staff)s, %(purpose)s, %(giver)s, now(), %(until)s, %(why)s, %(departments)s)

-- name: follow
insert into hub.follower (token_hash, cases, person, at) values (%(token)s, %(case)s, %(person)s, %(at)s)

-- name: reporters_named
-- Who left a name or a way to be reached, the first reporter first
select person::text as person from hub.follower where cases in (select hub.one_with(%(case)s)) and person is not null
group by person order by min(number) nulls first, min(at)

-- name: followed
select cases, person from hub.follower where token_hash = %(token)s

-- name: told_by_follower
-- What one who follows a case told of it: the first opened it with their words, whoever came later added theirs
select follower.cases as case, follower.at, follower.person::text, follower.stars, follower.confirmed,
    cases.lon, cases.lat,
    case when cases.opened_by = 'resident' and follower.token_hash = (
        select first.token_hash from hub.follower first where first.cases = cases.id order by first.number nulls first, first.at limit 1
    ) then cases.details else '' end as details,
    array(select says from hub.case_step where case_step.cases = cases.id and facts ->> 'follower' = %(follower)s order by id) as said,
    array(select '/v1/photos/' || photo.id from hub.photo where photo.cases = cases.id and photo.follower = follower.token_hash order by photo.at) as photos
from hub.follower join hub.cases on cases.id = follower.cases where token_hash = %(token)s

-- name: consents_of_person
select purpose, given, withdrawn from people.consent where person = hub.uuid_of(%(person)s) order by given, purpose

-- name: files_of_person
select purpose, department, until from people.on_file where person = hub.uuid_of(%(person)s) and until > now() order by until

-- name: askings_for_person
select body from evidence.entry where kind = 'access' and evidence.person_of(body) = %(person)s order by index
