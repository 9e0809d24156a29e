-- Somebody may ask for personal data of a purpose, until a moment and for a reason
create table people.access_grant (
    id bigint generated always as identity primary key,
    staff text not null references people.staff on delete cascade, purpose text not null,
    given_by text not null, since timestamptz not null, until timestamptz not null, why text not null
);
create index on people.access_grant (staff, purpose, until);
alter table people.access_grant enable row level security;
create policy departments on people.access_grant for select to citywide_staff
    using (hub.may_see(purpose) or staff = coalesce(current_setting('citywide.name', true), ''));
grant usage on schema people to citywide_staff;
grant select on people.access_grant to citywide_staff;
