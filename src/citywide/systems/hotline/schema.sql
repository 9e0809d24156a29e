create schema hotline;
create table hotline.hot_spot (
    id int generated always as identity primary key,
    category text not null, department text not null, lon float8 not null, lat float8 not null,
    radius_m float8 not null, days int not null, cases int not null, expected float8 not null, p float8 not null,
    found timestamptz not null
);
alter table hotline.hot_spot enable row level security;
create policy departments on hotline.hot_spot for select to citywide_staff using (hub.may_see(department));
grant usage on schema hotline to citywide_staff;
grant select on hotline.hot_spot to citywide_staff;
