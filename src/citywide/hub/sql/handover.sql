-- name: hand_over
-- A database of the days when the hub was its master: everything in it becomes the hub's own
do $$
declare each record;
begin
    for each in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop
        execute format('alter schema %I owner to citywide', each.nspname);
    end loop;
    for each in
        select oid::regclass as name from pg_class
        where relnamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
            and (relkind in ('r', 'p', 'v', 'm') or relkind = 'S' and not exists (
                select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype in ('a', 'i')))
    loop
        execute format('alter table %s owner to citywide', each.name);
    end loop;
    for each in
        select oid::regprocedure as name from pg_proc
        where pronamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
    loop
        execute format('alter routine %s owner to citywide', each.name);
    end loop;
    if exists (select from pg_roles where rolname = 'citywide_staff') then
        grant citywide_staff to citywide with admin true, inherit false, set true;
    end if;
end $$
