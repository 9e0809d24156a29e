-- News of one alarm may be answered by several systems, each with a case of its own category; of one category there is
-- still only one. While the index is built, whoever changes a case waits for a moment.
drop index hub.case_of_alarm;
create unique index case_of_alarm on hub.cases (alarm, category) where alarm is not null;
