-- What was reported of each day and when; what was found in it; who fell ill. Seen by disease control only.
create schema epidemic;

create table epidemic.report (       -- the reporting triangle: a row a report, none is ever overwritten
    place int not null references hub.entity on delete cascade,
    kind text not null, day date not null, reported timestamptz not null, count float8 not null,
    primary key (place, kind, day, reported)
);
create index report_day on epidemic.report (day);
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

-- Forecasts: once made they are never changed; `known` is the moment after which nothing was looked at
create table epidemic.forecast_made (
    kind text not null, reference date not null, known timestamptz not null, made timestamptz not null,
    weights jsonb not null, coverage95 float8, problems jsonb not null, state bytea not null,
    primary key (kind, reference)
);
create table epidemic.forecast (
    kind text not null, reference date not null, place text not null, week date not null, horizon int not null,
    quantiles float8[] not null,     -- at the 23 levels of the hub
    primary key (kind, reference, place, week),
    foreign key (kind, reference) references epidemic.forecast_made on delete cascade
);
create table epidemic.score (        -- each matured week beside what had been forecast for it
    kind text not null, reference date not null, place text not null, week date not null,
    observed float8 not null, wis float8 not null, log_wis float8 not null, wis_unchanged float8 not null,
    in50 boolean not null, in95 boolean not null, scored timestamptz not null,
    primary key (kind, reference, place, week)
);
create table epidemic.nowcast (      -- the last weeks: as reported, and as they will stand
    kind text not null, place text not null, week date not null,
    reported float8 not null, expected float8 not null, low float8 not null, high float8 not null,
    primary key (kind, place, week)
);
create table epidemic.rt (
    kind text not null, day date not null, low95 float8 not null, low50 float8 not null, median float8 not null,
    high50 float8 not null, high95 float8 not null, seen float8 not null,
    primary key (kind, day)
);

-- Weekly counts by district as readers may see them: null where few people could be recognised
create table epidemic.shown_week (
    kind text not null, week date not null, district text not null, people float8,
    primary key (kind, week, district)
);

-- Who fell ill and whom they met. No reader's role sees these tables: names come through the hub's one door.
create table epidemic.known_person (
    reference text primary key, person uuid not null references people.person on delete cascade
);
create table epidemic.patient (
    number bigint generated always as identity primary key,
    person uuid not null references people.person on delete cascade,
    kind text not null, hospital int not null references hub.entity on delete cascade,
    onset date not null, reported timestamptz not null,
    unique (person, kind)
);
create table epidemic.presence (     -- who was where on a day, and how many people were there
    person uuid not null references people.person on delete cascade,
    day date not null, context smallint not null, place text not null, present int not null,
    primary key (person, day, context, place)
);
create table epidemic.analysed (     -- how far the analyses have come
    one boolean primary key default true check (one), day date, patient bigint not null default 0
);
insert into epidemic.analysed default values;
create table epidemic.place (
    place text primary key, name text not null, lon float8, lat float8
);

-- Who infected whom as far as it can be told; cases go by numbers, without names
create table epidemic.transmission (
    kind text not null, patient bigint not null references epidemic.patient on delete cascade,
    infector bigint references epidemic.patient on delete cascade, chance float8 not null,
    context smallint not null, place text, onset date not null, hospital int not null, lane int not null,
    primary key (kind, patient)
);

create table epidemic.allocation (   -- plans that were asked for, newest first
    number bigint generated always as identity primary key,
    made timestamptz not null, by text not null, what text not null, available float8 not null, says jsonb not null
);
create table epidemic.allocated (
    allocation bigint not null references epidemic.allocation on delete cascade,
    place text not null, week date not null, at_hand float8 not null, sent float8 not null,
    need_median float8 not null, need_high float8 not null, short_chance float8 not null, says jsonb not null,
    primary key (allocation, place, week)
);

-- Numbers of people below the minimum cell are not shown
create function epidemic.shown(people float8) returns float8 language sql immutable as $$
    select case when people > 0 and people < 5 then null else people end
$$;

-- The quantity under which a series' readings come: pages show its label
create function epidemic.called(kind text) returns text language sql immutable as $$
    select case kind when 'positives' then 'positive_tests' when 'told' then 'told_ill' when 'absence' then 'absent_pupils'
        when 'remedies' then 'remedies_sold' else 'visits_' || kind end
$$;
create function epidemic.met_en(context int) returns text language sql immutable as $$
    select (array['household', 'work, school or shop', 'bus', 'somewhere'])[context + 1]
$$;
create function epidemic.met_zh(context int) returns text language sql immutable as $$
    select (array['同住', '同单位、学校或商场', '同车', '其他'])[context + 1]
$$;

do $$
declare name text;
begin
    foreach name in array array['report', 'signal', 'set_aside', 'forecast_made', 'forecast', 'score', 'nowcast', 'rt',
        'shown_week', 'transmission', 'place', 'allocation', 'allocated'] loop
        execute format('alter table epidemic.%I enable row level security', name);
        execute format('create policy department on epidemic.%I for select to citywide_staff '
                       'using (hub.may_see(''disease_control''))', name);
        execute format('grant select on epidemic.%I to citywide_staff', name);
    end loop;
end $$;
grant usage on schema epidemic to citywide_staff;
