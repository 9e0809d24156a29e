-- Studies of the biobank. A study's figures are seen by the people named in it; where nobody is named, by its department.
create schema genomics;

create table genomics.study (
    number int generated always as identity primary key,
    cohort text not null, traits text[] not null, test text not null,
    purpose text not null check (purpose ~ '\S'),
    department text not null, people text[] not null default '{}', asked_by text not null,
    cases bigint references hub.cases,
    state text not null default 'waiting' check (state in ('waiting', 'running', 'stopped', 'done', 'failed')),
    asked timestamptz not null, begun timestamptz, ended timestamptz, attempts int not null default 0,
    left_s int, variants bigint not null default 0, variants_done bigint not null default 0,
    command text not null default '', inputs jsonb not null default '{}', versions jsonb not null default '{}',
    results jsonb not null default '{}', why text not null default ''
);
create index study_open on genomics.study (number) where state in ('waiting', 'running');

create table genomics.trait (
    study int not null references genomics.study on delete cascade, name text not null,
    people int not null, ill int not null, variants bigint not null, left_out bigint not null,
    lambda_gc float8, genome_wide int not null, refused text not null, primary key (study, name)
);

create table genomics.hit (
    study int not null references genomics.study on delete cascade, trait text not null,
    rank int not null, variant text not null, chromosome text not null, position bigint not null,
    effect_allele text not null, other_allele text not null, frequency float8,
    beta float8 not null, standard_error float8 not null, strength float8 not null,
    linked int not null, region text not null, primary key (study, trait, rank)
);

create table genomics.picture (
    study int not null references genomics.study on delete cascade, trait text not null,
    kind text not null check (kind in ('manhattan', 'quantiles', 'region')), rank int not null default 0,
    strength float8, series jsonb not null, primary key (study, trait, kind, rank)
);

create function genomics.in_address(name text) returns text language sql immutable as $$
    select replace(replace(replace(name, '%', '%25'), '#', '%23'), '?', '%3F')
$$;
create function genomics.may_see(department text, people text[]) returns boolean language sql stable as $$
    select case when coalesce(current_setting('citywide.everywhere', true), '') = 'on' then true
        when people = '{}' then hub.may_see(department)
        else coalesce(current_setting('citywide.name', true), '') = any (people) end
$$;
alter table genomics.study enable row level security;
create policy people on genomics.study for select to citywide_staff using (genomics.may_see(department, people));
alter table genomics.trait enable row level security;
create policy people on genomics.trait for select to citywide_staff using (study in (select number from genomics.study));
alter table genomics.hit enable row level security;
create policy people on genomics.hit for select to citywide_staff using (study in (select number from genomics.study));
alter table genomics.picture enable row level security;
create policy people on genomics.picture for select to citywide_staff
    using (study in (select number from genomics.study));
grant usage on schema genomics to citywide_staff;
grant select on genomics.study, genomics.trait, genomics.hit, genomics.picture to citywide_staff;
