-- Looks at every case without stopping anybody: it has a transaction of its own for that
alter table hub.cases validate constraint cases_state_check;
