-- name: for_you
-- What is told to the reader's role and was not marked as seen; of a case only as long as it is open
select message.id, message.at as time, message.says, message.department, '/case/' || cases.id as href
from hub.message left join hub.cases on cases.id = (message.facts ->> 'case')::bigint
where message.role is not null and not message.over and (message.facts ->> 'case' is null or cases.state <> 'closed')
  and not exists (select from hub.message_seen where message_seen.message = message.id)
order by message.id desc limit 200

-- name: messages_of_reader
select id from hub.message where id = any(%(ids)s::bigint[]) and role is not null

-- name: messages_seen
insert into hub.message_seen (message, staff, at)
select unnest(%(ids)s::bigint[]), %(staff)s, %(at)s on conflict do nothing
