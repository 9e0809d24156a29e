-- name: add_photo
insert into hub.photo (cases, kind, body, at, follower) values (%(case)s, %(kind)s, %(body)s, %(at)s, %(follower)s) returning id

-- name: photo
select photo.cases, photo.kind, photo.body from hub.photo where photo.id = hub.uuid_of(%(photo)s)

-- name: photos_of_follower
-- What they sent themselves, and what the city handed in as proof
select '/v1/photos/' || id as photo from hub.photo
where cases in (%(case)s, hub.standing(%(case)s)) and (follower is null or follower = %(follower)s) order by at

-- name: photo_of_follower
select from hub.photo where id = hub.uuid_of(%(photo)s)
  and cases in (%(case)s, hub.standing(%(case)s)) and (follower is null or follower = %(follower)s)

-- name: cases_nearby
select found.case, found.category, found.state, round(found.distance)::int as distance_m, found.reporters
from (
    select cases.id as case, cases.category, cases.state, cases.reporters, asked.reach,
        hub.metres(cases.lon, cases.lat, %(lon)s::float8, %(lat)s::float8) as distance
    from unnest(%(categories)s::text[], %(reaches)s::float8[]) as asked (category, reach)
    join hub.cases on cases.category = asked.category
    where cases.closed is null and cases.state <> 'closed' and cases.lon is not null
      and (%(case)s::bigint is null or cases.id = %(case)s)
      and cases.lat between %(lat)s::float8 - asked.reach / 111000.0 and %(lat)s::float8 + asked.reach / 111000.0
) as found
where found.distance <= found.reach order by found.distance limit 5

-- name: requests_seen
select cases.id, cases.title, cases.category, cases.department, cases.state, cases.details, cases.facts, cases.opened,
    cases.due, cases.lon, cases.lat, case when cases.closed is null then 'open' else 'closed' end as status,
    (select max(at) from hub.case_step where case_step.cases = cases.id) as updated,
    (select facts ->> 'link' from hub.case_step where case_step.cases = cases.id and facts ? 'link' order by id limit 1) as link
from hub.cases where cases.reporters > 0 and cases.category = any(%(codes)s::text[])
  and case when %(cases)s::bigint[] is null then cases.opened between %(since)s and %(until)s else cases.id = any(%(cases)s) end
  and (%(states)s::text[] is null
       or case when cases.closed is null then 'open' else 'closed' end = any(%(states)s))
order by cases.opened desc, cases.id desc limit %(most)s offset %(after)s

-- name: request_updates
select case_step.id, case_step.cases, case_step.what, case_step.at,
    case when case_step.what = 'opened' or case_step.who = 'hub' or case_step.who like 'app %%' then case_step.says end as says
from hub.case_step join hub.cases on cases.id = case_step.cases
where cases.reporters > 0 and cases.category = any(%(codes)s::text[])
  and case_step.at between %(since)s and %(until)s
  and case_step.what in ('opened', 'assigned', 'working', 'paused', 'resumed', 'checking', 'closed', 'confirmed', 'reopened')
order by case_step.id limit %(most)s

-- name: is_first_follower
select token_hash = %(follower)s as first from hub.follower where cases = %(case)s order by number nulls first, at limit 1

-- name: follower_word
-- The case goes on where it was joined to
select follower.stars, follower.confirmed, cases.state, cases.due
from hub.follower join hub.cases on cases.id = hub.standing(follower.cases) where token_hash = %(follower)s

-- name: follower_confirms
update hub.follower set confirmed = %(at)s where token_hash = %(follower)s

-- name: follower_rates
update hub.follower set stars = %(stars)s where token_hash = %(follower)s

-- name: rate_case
-- A case weighs once: by the mean of all who told of it before it was said to be done, but never more than the resident
-- who opened it gives. Whoever joins can lower it and cannot stand in, so a department gains nothing by joining its own;
-- nor does it by opening first what residents would have opened: those who join that count, but never above the middle.
with told as (
    select follower.stars, row_number() over (order by follower.number nulls first, follower.at) as place
    from hub.follower where follower.cases = %(case)s and follower.at <= coalesce(
        (select min(at) from hub.case_step where case_step.cases = %(case)s and what in ('checking', 'closed')), 'infinity')
), judged as (
    select max(stars) filter (where place = 1) as first, round(avg(stars)) as mean from told
)
update hub.cases set stars = case when opened_by <> 'resident' and judged.mean is not null then least(3, judged.mean)
    when opened_by = 'resident' and judged.first is not null then least(judged.first, judged.mean) end
from judged where cases.id = %(case)s

-- name: newest_step
select max(id) as id from hub.case_step where cases = %(case)s

-- name: cases_of_caller
select distinct hub.standing(follower.cases) as cases from hub.follower join people.person on person.id = follower.person
join people.consent on consent.person = person.id and consent.purpose = 'contact' and consent.withdrawn is null
where person.phone is not null and regexp_replace(person.phone, '\D', '', 'g') = regexp_replace(%(phone)s, '\D', '', 'g')

-- name: cases_in_short
select id as case, title, department, state, opened, due from hub.cases
where id = any(%(cases)s::bigint[]) and state <> 'closed' order by id desc

-- name: answered_before
select asked, answer from hub.answered where name = %(name)s and at > %(since)s

-- name: forget_answers
delete from hub.answered where name in (
    select name from hub.answered where at <= %(until)s order by at limit 100 for update skip locked)

-- name: keep_answer
insert into hub.answered (name, asked, answer, at) values (%(name)s, %(asked)s, %(answer)s, %(at)s)
on conflict (name) do update set asked = excluded.asked, answer = excluded.answer, at = excluded.at
