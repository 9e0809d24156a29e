-- A patient's sequence, where there is one: read by the tracing alone; no reader's role sees it
alter table epidemic.patient add column sequence text;
