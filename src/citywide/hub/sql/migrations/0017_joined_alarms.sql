-- An alarm that joined a case holds it open as the one does that opened it
create index case_step_alarm on hub.case_step ((facts ->> 'alarm')) where what = 'joined';
-- Each worker tells with its heartbeat how it is
alter table hub.worker add column told jsonb not null default '{}';
