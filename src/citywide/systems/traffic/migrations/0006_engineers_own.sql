-- What a signal engineer writes down for a crossing: plans, the hours of a kind of day, lanes closed for works
create table traffic.own_plan (
    crossing int not null references hub.entity on delete cascade,
    plan text not null, cycle_s int not null, offset_s int not null, splits_s int[] not null,
    who text not null, at timestamptz not null, primary key (crossing, plan)
);
create table traffic.own_hours (     -- of a kind of day, in place of those that volumes gave
    crossing int not null references hub.entity on delete cascade,
    day_kind text not null, starts_min int not null, plan text not null, who text not null,
    primary key (crossing, day_kind, starts_min)
);
create table traffic.works (
    id bigint generated always as identity primary key,
    lane int not null references hub.entity on delete cascade,
    begins timestamptz not null, ends timestamptz not null, reason text not null, who text not null
);
create index works_of_lane on traffic.works (lane, ends);

alter table traffic.own_plan enable row level security;
create policy crossings on traffic.own_plan for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.own_hours enable row level security;
create policy crossings on traffic.own_hours for select to citywide_staff using (crossing in (select number from hub.entity));
alter table traffic.works enable row level security;
create policy lanes on traffic.works for select to citywide_staff using (lane in (select number from hub.entity));
grant select on traffic.own_plan, traffic.own_hours, traffic.works to citywide_staff;

-- A kind of day as people call it
create function traffic.day_called(kind text) returns jsonb language sql immutable as $$
    select case kind when 'weekday' then traffic.word('working day', '工作日') when 'weekend' then traffic.word('weekend', '周末')
        when 'holiday' then traffic.word('public holiday', '节假日') else traffic.word('event day', '活动日') end
$$;
grant execute on function traffic.day_called to citywide_staff;
