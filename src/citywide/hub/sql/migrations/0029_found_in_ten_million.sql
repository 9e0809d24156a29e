-- outside a transaction: nobody waits while an index of millions of cases is built
insert into hub.verdict (cases, opened) select id, opened from hub.cases where opened_by <> 'former hotline'
on conflict (cases) do nothing;
update hub.message set over = true from hub.cases
where cases.id = (message.facts ->> 'case')::bigint and cases.state = 'closed' and message.role is not null and not message.over;
drop index concurrently if exists hub.message_of_case;
create index concurrently message_of_case on hub.message (((facts ->> 'case')::bigint)) where role is not null;
drop index concurrently if exists hub.message_standing;
create index concurrently message_standing on hub.message (id) where role is not null and not over;
drop index concurrently if exists hub.message_of_roles;

-- What was opened or done in a span of time
drop index concurrently if exists hub.case_opened;
create index concurrently case_opened on hub.cases (opened);
drop index concurrently if exists hub.case_step_at;
create index concurrently case_step_at on hub.case_step using brin (at);
-- What was closed last
drop index concurrently if exists hub.case_closed;
create index concurrently case_closed on hub.cases (closed) where closed is not null;
-- The open case of the same matter: near in place and time, or of the same thing
drop index concurrently if exists hub.case_unfinished;
create index concurrently case_unfinished on hub.cases (category, opened) where closed is null;
drop index concurrently if exists hub.case_about;
create index concurrently case_about on hub.cases (about) where closed is null and about is not null;
-- What was told more than once, or not mended
drop index concurrently if exists hub.case_repeated;
create index concurrently case_repeated on hub.cases (opened) where reporters > 1 or reopened > 0;
-- Who calls is found by the digits of their number among all who ever left one
drop index concurrently if exists people.person_phone;
create index concurrently person_phone on people.person (regexp_replace(phone, '\D', '', 'g')) where phone is not null;
