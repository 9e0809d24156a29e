-- Every gauge's past storms, and what they have taught beyond the general model.
create table waterlogging.storm (
    gauge text not null,
    began timestamptz not null,      -- of its first five minutes
    ended timestamptz not null,
    rain real[] not null,            -- mm in each five minutes
    depth real[] not null,           -- cm at the end of each, NaN where nothing was said
    primary key (gauge, began)
);
create table waterlogging.storms_kept (
    name text primary key,
    until timestamptz not null       -- the record up to here has been looked through
);
create table waterlogging.refit (
    gauge text primary key,
    at timestamptz not null,
    storms int not null,             -- so many were known when it was made
    trust real[] not null,           -- depth and chance at 30 minutes, then at 60: 0 is the general model alone
    state bytea not null
);
