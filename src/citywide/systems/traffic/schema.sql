-- What traffic keeps beside the hub's readings; readers see the rows of crossings that they may see.
create schema traffic;

-- Controller events of the Indiana high-resolution form, unfolded from the readings that brought them
create view traffic.signal_event with (security_invoker = true) as
select series.entity as crossing, reading.time, reading.value::bigint / 32768 as code, reading.value::bigint % 32768 as parameter
from hub.series join hub.reading on reading.series = series.number where series.quantity = 'signal_event';

create table traffic.measure (
    crossing int not null references hub.entity on delete cascade,
    name text not null, phase int not null, time timestamptz not null, value float8 not null,
    primary key (crossing, name, phase, time)
);
create table traffic.arrival (       -- a day of the Purdue coordination diagram
    crossing int not null references hub.entity on delete cascade,
    phase int not null, time timestamptz not null,
    in_cycle_s float8 not null, yellow_at_s float8 not null, red_at_s float8 not null, cycle_s float8 not null,
    on_green boolean not null,
    primary key (crossing, phase, time)
);
create table traffic.plan_choice (
    crossing int not null references hub.entity on delete cascade,
    since timestamptz not null, plan text not null, cycle_s int not null, reason text not null,
    primary key (crossing, since)
);
create table traffic.incident_feedback (
    alarm bigint primary key references hub.alarm,
    lane int not null references hub.entity, kind text not null, was_real boolean not null, lasted_s float8,
    at timestamptz not null, who text, note text not null
);

alter table traffic.measure enable row level security;
create policy crossings on traffic.measure for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.arrival enable row level security;
create policy crossings on traffic.arrival for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.plan_choice enable row level security;
create policy crossings on traffic.plan_choice for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.incident_feedback enable row level security;
create policy lanes on traffic.incident_feedback for select to citywide_staff using (lane in (select number from hub.entity));
grant usage on schema traffic to citywide_staff;
grant select on all tables in schema traffic to citywide_staff;
