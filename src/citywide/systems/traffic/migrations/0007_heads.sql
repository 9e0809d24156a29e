-- The signal head that shows a detector its light: that of its group, else its lane's or its walk's own
create function traffic.head_of(facts jsonb) returns text language sql immutable as $$
    select 'detector/' || (facts ->> 'crossing') || '-' || coalesce(facts ->> 'group', facts ->> 'lane', facts ->> 'walk')
$$;
grant execute on function traffic.head_of to citywide_staff;
