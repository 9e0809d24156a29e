-- What the forecaster has learned of every gauge, so that a restart forgets nothing.
create schema waterlogging;
create table waterlogging.forecaster (
    name text primary key,
    at timestamptz not null,         -- the five minutes up to here have been taken in
    gauges text[] not null,
    state bytea not null
);
