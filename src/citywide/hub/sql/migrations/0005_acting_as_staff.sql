-- Whoever runs the hub need not be the database's master: to read as staff it must be let into their role
do $$ begin
    if not pg_has_role(current_user, 'citywide_staff', 'SET') then
        execute format('grant citywide_staff to %I with inherit false, set true', current_user);
    end if;
end $$;
