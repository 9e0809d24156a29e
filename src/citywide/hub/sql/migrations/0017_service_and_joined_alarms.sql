-- An alarm that joined a case holds it open as the one does that opened it
create index case_step_alarm on hub.case_step ((facts ->> 'alarm')) where what = 'joined';
-- Each worker tells with its heartbeat how it is
alter table hub.worker add column told jsonb not null default '{}';
-- A thing that has left service stays readable; when that changed last, by the wall's clock, tells every worker
alter table hub.entity add column retired timestamptz, add column service_changed timestamptz;
create index entity_service on hub.entity (service_changed) where service_changed is not null;
