-- What hospitals said of each day and when; what was found in it. Seen by disease control only.
create schema epidemic;

create table epidemic.report (       -- the reporting triangle: a row a report, none is ever overwritten
    place int not null references hub.entity on delete cascade,
    kind text not null, day date not null, reported timestamptz not null, count float8 not null,
    primary key (place, kind, day, reported)
);
create table epidemic.taken (one boolean primary key default true check (one), received bigint not null);
insert into epidemic.taken (received) values (0);

create table epidemic.signal (       -- the newest judgement of each series, ringing or not
    place int not null references hub.entity on delete cascade,
    kind text not null, day date not null,
    observed float8 not null, expected float8 not null, weeks int not null, p_value float8 not null,
    ringing boolean not null, says jsonb not null,
    primary key (place, kind, day)
);
create table epidemic.set_aside (    -- reports that took no part, and why
    place int not null references hub.entity on delete cascade,
    kind text not null, week date not null, why text not null,
    primary key (place, kind, week)
);
create table epidemic.forecast (
    made date not null, place text not null, kind text not null, week date not null,
    level float8 not null, count float8 not null,
    primary key (made, place, kind, week, level)
);

-- Numbers of people below the minimum cell are not shown
create function epidemic.shown(people float8) returns float8 language sql immutable as $$
    select case when people > 0 and people < 5 then null else people end
$$;

alter table epidemic.report enable row level security;
create policy department on epidemic.report for select to citywide_staff using (hub.may_see('disease_control'));
alter table epidemic.signal enable row level security;
create policy department on epidemic.signal for select to citywide_staff using (hub.may_see('disease_control'));
alter table epidemic.set_aside enable row level security;
create policy department on epidemic.set_aside for select to citywide_staff using (hub.may_see('disease_control'));
alter table epidemic.forecast enable row level security;
create policy department on epidemic.forecast for select to citywide_staff using (hub.may_see('disease_control'));
grant usage on schema epidemic to citywide_staff;
grant select on epidemic.report, epidemic.signal, epidemic.set_aside, epidemic.forecast to citywide_staff;
