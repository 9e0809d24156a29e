-- Who leaves an address of mail instead of a telephone number, or beside it
alter table people.person add column email text;
