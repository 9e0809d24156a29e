-- Passwords guessed, by name, whether anybody has the name or not: a lock tells no stranger who there is.
-- The counters of people.staff rest; a hub that still runs the release before this one may write them.
create table people.guess (
    name_hash bytea primary key, failures int not null, last timestamptz not null default now(), locked_until timestamptz
);
