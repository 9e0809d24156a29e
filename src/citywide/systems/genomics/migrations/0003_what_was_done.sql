-- What was done with the data is found among all that the city has put down; while it is built the log waits
create index entry_study on evidence.entry (index) where kind = 'study';
