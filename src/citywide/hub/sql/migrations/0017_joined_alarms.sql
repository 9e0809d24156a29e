-- An alarm that joined a case holds it open as the one does that opened it
create index case_step_alarm on hub.case_step ((facts ->> 'alarm')) where what = 'joined';
