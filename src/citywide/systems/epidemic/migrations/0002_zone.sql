-- Whose midnight ends a day: pages reckon delays in the city's own zone
alter table epidemic.taken add column zone text not null default 'UTC';
grant select on epidemic.taken to citywide_staff;
create function epidemic.zone() returns text language sql stable as $$ select zone from epidemic.taken $$;
