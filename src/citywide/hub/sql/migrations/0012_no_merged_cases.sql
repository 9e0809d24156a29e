-- Near reports join a case and none is ever merged into another: the state and its column go, and an alarm's case is
-- found by its index. While the indexes are built, whoever changes a case waits for a moment.
alter table hub.cases drop column merged_into;
alter table hub.cases drop constraint cases_state_check;
alter table hub.cases add constraint cases_state_check
    check (state in ('waiting', 'assigned', 'working', 'paused', 'checking', 'closed')) not valid;
drop index hub.case_of_alarm, hub.case_open;
create unique index case_of_alarm on hub.cases (alarm) where alarm is not null;
create index case_open on hub.cases (department, state) where state <> 'closed';
