-- name: for_you
-- What is told to the reader's role and was not marked as seen; of a case only as long as it is open
-- The case's number is worked out first: a reader's cases are found by no index where it has yet to be
with told as materialized (
    select id, at, says, department, (facts ->> 'case')::bigint as number from hub.message
    where role is not null and not over
      and not exists (select from hub.message_seen where message_seen.message = message.id)
    order by id desc limit 1000
)
select told.id, told.at as time, told.says, told.department, '/case/' || cases.id as href
from told left join hub.cases on cases.id = told.number
where told.number is null or cases.state <> 'closed' order by told.id desc limit 200

-- name: messages_of_reader
select id from hub.message where id = any(%(ids)s::bigint[]) and role is not null

-- name: messages_seen
insert into hub.message_seen (message, staff, at)
select unnest(%(ids)s::bigint[]), %(staff)s, %(at)s on conflict do nothing
