-- What traffic keeps beside the hub's readings; readers see the rows of crossings that they may see.
create schema traffic;

-- What people call a thing, in both languages
create function traffic.called(name text, facts jsonb) returns jsonb language sql immutable as $$
    select jsonb_build_object('en', coalesce(facts ->> 'name_en', name), 'zh', name)
$$;
create function traffic.word(en text, zh text) returns jsonb language sql immutable as $$
    select jsonb_build_object('en', en, 'zh', zh)
$$;

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
    since timestamptz not null, plan text not null, cycle_s int not null, offset_s int not null default 0,
    adaptive boolean not null default true, reason jsonb not null,
    told jsonb not null,             -- exactly what the crossing was told
    primary key (crossing, since)
);
create table traffic.volume (        -- by lane and quarter of an hour: what day plans are made from
    lane int not null references hub.entity on delete cascade,
    quarter timestamptz not null, vph float8 not null, primary key (lane, quarter)
);
create table traffic.timetable (     -- day plans derived from volumes
    crossing int not null references hub.entity on delete cascade,
    day_kind text not null, starts_min int not null, plan text not null,
    cycle_s int not null, offset_s int not null, splits_s int[] not null, derived timestamptz not null,
    primary key (crossing, day_kind, starts_min)
);
create table traffic.plan_change (   -- another plan for a while; it returns by itself
    id bigint generated always as identity primary key,
    crossing int references hub.entity on delete cascade,  -- null: everywhere
    plan text not null, adaptive boolean not null, begins timestamptz not null, ends timestamptz not null,
    reason text not null, who text not null
);
create table traffic.event_day (day date primary key, name text not null, who text not null);
create table traffic.day_value (
    crossing int not null references hub.entity on delete cascade,
    day date not null, name text not null, value float8 not null, primary key (crossing, day, name)
);
create table traffic.milestone (     -- a day from which on something was different
    id bigint generated always as identity primary key,
    crossing int references hub.entity on delete cascade,
    day date not null, what text not null, who text not null
);
create table traffic.comparison (
    milestone bigint not null references traffic.milestone on delete cascade, name text not null,
    change float8 not null, low float8 not null, high float8 not null, p_value float8 not null,
    days_before int not null, days_after int not null, says text not null, at timestamptz not null,
    primary key (milestone, name)
);
create table traffic.priority (      -- the newest request of each vehicle at each crossing
    vehicle int not null references hub.entity on delete cascade,
    crossing int not null references hub.entity on delete cascade,
    lane int not null, asked timestamptz not null, arrives timestamptz, state text not null,
    primary key (vehicle, crossing)
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
alter table traffic.volume enable row level security;
create policy lanes on traffic.volume for select to citywide_staff using (lane in (select number from hub.entity));
alter table traffic.day_value enable row level security;
create policy crossings on traffic.day_value for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.timetable enable row level security;
create policy crossings on traffic.timetable for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.priority enable row level security;
create policy crossings on traffic.priority for select to citywide_staff using (crossing in (select number from hub.entity));
grant usage on schema traffic to citywide_staff;
grant execute on all functions in schema traffic to citywide_staff;
grant select on all tables in schema traffic to citywide_staff;
