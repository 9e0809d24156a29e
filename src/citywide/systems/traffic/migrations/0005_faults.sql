-- What the last day of controllers' events told of their devices, to whoever may see the crossing
create table traffic.fault (
    crossing int not null references hub.entity on delete cascade,
    what text not null, part int not null,  -- a detector, a phase, a button, or 0 for the controller
    value float8 not null, until timestamptz not null, primary key (crossing, what, part)
);
alter table traffic.fault enable row level security;
create policy crossings on traffic.fault for select to citywide_staff using (crossing in (select number from hub.entity));
grant select on traffic.fault to citywide_staff;
