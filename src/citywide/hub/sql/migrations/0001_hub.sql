-- The hub's tables. `citywide_staff` is the role that every reader's request takes on: it sees rows of its departments.
create schema hub;

create table hub.setting (name text primary key, value jsonb not null);

-- What stands in the city --------------------------------------------------------------------------------------
create table hub.entity (
    number int generated always as identity primary key,
    id text not null unique check (id ~ '^[a-z0-9_]+/[^\s]{1,120}$'),
    kind text not null,
    name text not null,
    lon float8, lat float8,
    department text not null default '',
    facts jsonb not null default '{}',
    changed timestamptz not null default now()
);
create index on hub.entity (kind);

create table hub.series (
    number int generated always as identity primary key,
    entity int not null references hub.entity on delete cascade,
    quantity text not null,
    unique (entity, quantity)
);

-- The latest value of each series, written a moment after the reading itself
create table hub.latest (
    series int primary key references hub.series on delete cascade,
    time timestamptz not null,
    value float8 not null,
    written timestamptz not null default clock_timestamp()
) with (fillfactor = 50);

create table hub.reading (
    series int not null,
    time timestamptz not null,
    value float8 not null,
    received bigint not null,        -- microseconds; orders what one worker committed
    primary key (series, time)
) partition by range (time);
create index on hub.reading using brin (received) with (pages_per_range = 32);

create table hub.archive (           -- days that left for Parquet
    day date primary key, file text not null, rows bigint not null, sha256 text not null
);

create table hub.day (               -- rows per day, kept by the writers, so that a count never scans
    day date, worker text, rows bigint not null, primary key (day, worker)
);

create table hub.hour (              -- closed days by the hour, so that a season's chart reads little
    series int not null, time timestamptz not null,
    low float8 not null, high float8 not null, mean float8 not null, rows int not null,
    primary key (series, time)
);
create table hub.summarised (day date primary key, rows bigint not null);

create table hub.refused (
    id bigint generated always as identity primary key,
    at timestamptz not null default now(), door text not null, item jsonb not null, why text not null
);

-- Which worker keeps which part of the city ----------------------------------------------------------------------
create table hub.lease (part smallint primary key, worker text, term bigint not null default 0);
insert into hub.lease (part) select generate_series(0, 63);
create table hub.worker (name text primary key, address text not null, seen timestamptz not null default now());
create table hub.snapshot (part smallint primary key, received bigint not null, state bytea not null);
alter table hub.snapshot alter column state set storage external;  -- packing it again would cost more than it saves

-- Alarms and cases -------------------------------------------------------------------------------------------------
create table hub.alarm (
    id bigint generated always as identity primary key,
    rule text not null, severity text not null,
    entity int not null references hub.entity,
    department text not null default '',
    raised timestamptz not null, value float8 not null, says jsonb not null,
    acknowledged timestamptz, acknowledged_by text, acknowledged_note text,
    cleared timestamptz, cleared_value float8,
    answered_raise boolean not null default false,
    answered_clear boolean not null default false
);
create unique index alarm_open on hub.alarm (rule, entity) where cleared is null;
create index alarm_unanswered on hub.alarm (id)
    where not answered_raise or (cleared is not null and not answered_clear);

create table hub.cases (
    id bigint generated always as identity primary key,
    title jsonb not null, category text not null, department text not null,
    state text not null default 'waiting'
        check (state in ('waiting','assigned','working','paused','checking','closed','merged')),
    about int references hub.entity, lon float8, lat float8,
    details text not null default '', facts jsonb not null default '{}',
    opened timestamptz not null, due timestamptz,
    remaining interval,              -- working time left while paused
    assigned_to int references hub.entity,
    alarm bigint references hub.alarm,
    opened_by text not null default 'hub',
    merged_into bigint references hub.cases,
    reporters int not null default 0,
    first_department text not null,  -- the league counts the department that was late, not the one that inherited
    first_due timestamptz,
    late_department text,            -- who held it when its first deadline passed
    closed_department text,
    wants text,                      -- the kind of unit it waits for
    needs jsonb not null default '{}',
    reopened int not null default 0,
    closed timestamptz, confirmed timestamptz, stars smallint check (stars between 1 and 5),
    rung smallint not null default 0, next_look timestamptz
);
create unique index case_of_alarm on hub.cases (alarm) where state <> 'merged';
create index case_open on hub.cases (department, state) where state not in ('closed','merged');
create index case_unit on hub.cases (assigned_to) where state in ('assigned','working');
create index case_look on hub.cases (next_look) where next_look is not null;
create index case_near on hub.cases (category, opened);

create table hub.case_step (
    id bigint generated always as identity primary key,
    cases bigint not null references hub.cases on delete cascade,
    at timestamptz not null, who text not null, what text not null,
    says jsonb not null, facts jsonb not null default '{}'
);
create index on hub.case_step (cases, id);

create table hub.photo (
    id uuid primary key default gen_random_uuid(),
    cases bigint not null references hub.cases on delete cascade,
    kind text not null, body bytea not null, at timestamptz not null
);

-- A resident follows a report by a secret that only its hash is kept of
create table hub.follower (
    token_hash bytea primary key,
    cases bigint not null references hub.cases on delete cascade,
    person uuid, at timestamptz not null
);

create table hub.message (           -- what is to be told to people and devices
    id bigint generated always as identity primary key,
    at timestamptz not null, department text not null default '', role text, entity int references hub.entity,
    says jsonb not null, facts jsonb not null default '{}', seen timestamptz
);
create index message_unheard on hub.message (id) where seen is null and entity is not null;

-- People -------------------------------------------------------------------------------------------------------------
create schema people;
create table people.person (
    id uuid primary key default gen_random_uuid(),
    name text, phone text, since timestamptz not null default now()
);
create table people.consent (
    person uuid not null references people.person on delete cascade,
    purpose text not null, given timestamptz not null, withdrawn timestamptz,
    primary key (person, purpose, given)
);
create table people.staff (
    name text primary key, password text not null,
    roles text[] not null, departments text[] not null default '{}', everywhere boolean not null default false,
    failures int not null default 0, locked_until timestamptz
);
create table people.session (
    token_hash bytea primary key, staff text not null references people.staff on delete cascade,
    csrf text not null, until timestamptz not null
);
create table people.device_token (
    token_hash bytea primary key, name text not null, scopes text[] not null, until timestamptz,
    last_used timestamptz
);
create table people.delegation (
    from_staff text not null references people.staff, to_staff text not null references people.staff,
    since timestamptz not null, until timestamptz not null, why text not null,
    primary key (from_staff, to_staff, since)
);

-- The evidence log ---------------------------------------------------------------------------------------------------
create schema evidence;
create table evidence.pending (
    id bigint generated always as identity primary key,
    kind text not null, department text not null default '', at timestamptz not null, body bytea not null
);
create table evidence.entry (
    index bigint primary key,
    kind text not null, department text not null default '', at timestamptz not null,
    body bytea not null, leaf bytea not null
);
create index on evidence.entry (leaf);
create index on evidence.entry (kind, index);
create table evidence.tile (level smallint, index bigint, hashes bytea not null, primary key (level, index));
create table evidence.checkpoint (size bigint primary key, note text not null, at timestamptz not null default now());

-- Work that returns by itself ----------------------------------------------------------------------------------------
create table hub.job (
    id bigint generated always as identity primary key,
    name text not null, values jsonb not null default '{}',
    due timestamptz not null default now(), attempts int not null default 0, every interval,
    key text unique, failed text
);
create index on hub.job (due) where failed is null;

-- Row-level security: a reader's departments stand in the transaction's settings ----------------------------------------
do $$ begin
    if not exists (select from pg_roles where rolname = 'citywide_staff') then create role citywide_staff; end if;
end $$;
create function hub.may_see(department text) returns boolean language sql stable as $$
    select department = '' or coalesce(current_setting('citywide.everywhere', true), '') = 'on'
        or department = any (string_to_array(coalesce(current_setting('citywide.departments', true), ''), ','))
$$;
alter table hub.entity enable row level security;
create policy departments on hub.entity for select to citywide_staff using (hub.may_see(department));
alter table hub.series enable row level security;
create policy departments on hub.series for select to citywide_staff
    using (entity in (select number from hub.entity));
alter table hub.latest enable row level security;
create policy departments on hub.latest for select to citywide_staff
    using (series in (select number from hub.series));
alter table hub.reading enable row level security;
create policy departments on hub.reading for select to citywide_staff
    using (series in (select number from hub.series));
alter table hub.hour enable row level security;
create policy departments on hub.hour for select to citywide_staff
    using (series in (select number from hub.series));
alter table hub.alarm enable row level security;
create policy departments on hub.alarm for select to citywide_staff using (hub.may_see(department));
alter table hub.cases enable row level security;
create policy departments on hub.cases for select to citywide_staff using (hub.may_see(department));
alter table hub.case_step enable row level security;
create policy departments on hub.case_step for select to citywide_staff
    using (cases in (select id from hub.cases));
alter table hub.photo enable row level security;
create policy departments on hub.photo for select to citywide_staff using (cases in (select id from hub.cases));
alter table hub.message enable row level security;
create policy departments on hub.message for select to citywide_staff using (hub.may_see(department));
alter table evidence.entry enable row level security;
create policy departments on evidence.entry for select to citywide_staff using (hub.may_see(department));

grant usage on schema hub, evidence to citywide_staff;
grant select on hub.entity, hub.series, hub.latest, hub.reading, hub.hour, hub.summarised, hub.alarm, hub.cases, hub.case_step, hub.photo,
    hub.message, hub.day, hub.archive, evidence.entry, evidence.checkpoint to citywide_staff;

create function hub.metres(lon1 float8, lat1 float8, lon2 float8, lat2 float8) returns float8 language sql immutable as $$
    select 12742017.6 * asin(sqrt(least(1, sin(radians(lat2 - lat1) / 2) ^ 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ^ 2)))
$$;
