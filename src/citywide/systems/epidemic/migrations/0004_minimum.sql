-- How many people a number must stand for to be shown, as the city's file has it
alter table epidemic.taken add column minimum int not null default 5;
create function epidemic.minimum() returns int language sql stable as $$ select minimum from epidemic.taken $$;
create or replace function epidemic.shown(people float8) returns float8 language sql stable as $$
    select case when people > 0 and people < epidemic.minimum() then null else people end
$$;
