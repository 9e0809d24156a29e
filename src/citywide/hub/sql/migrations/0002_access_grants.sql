-- Somebody may ask for personal data of a purpose, until a moment and for a reason
create table people.access_grant (
    id bigint generated always as identity primary key,
    staff text not null references people.staff on delete cascade, purpose text not null,
    given_by text not null, since timestamptz not null, until timestamptz not null, why text not null
);
create index on people.access_grant (staff, purpose, until);
