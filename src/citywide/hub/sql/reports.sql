-- name: add_photo
insert into hub.photo (cases, kind, body, at) values (%(case)s, %(kind)s, %(body)s, %(at)s) returning id

-- name: photo
select photo.cases, photo.kind, photo.body from hub.photo where photo.id::text = %(photo)s

-- name: cases_nearby
select found.case, found.title, found.state, round(found.distance)::int as distance_m, found.reporters
from (
    select cases.id as case, cases.title, cases.state, cases.reporters,
        hub.metres(cases.lon, cases.lat, %(lon)s::float8, %(lat)s::float8) as distance
    from hub.cases where cases.state not in ('closed', 'merged') and cases.lon is not null
      and (%(category)s::text is null or cases.category = %(category)s)
      and cases.lat between %(lat)s::float8 - %(metres)s / 111000.0 and %(lat)s::float8 + %(metres)s / 111000.0
) as found
where found.distance <= %(metres)s order by found.distance limit %(most)s
