-- What is told to a role is read by those who hold it, and each marks for themselves what they have seen
create table hub.message_seen (
    message bigint not null references hub.message on delete cascade, staff text not null, at timestamptz not null,
    primary key (message, staff)
);
alter table hub.message_seen enable row level security;
create policy own on hub.message_seen for select to citywide_staff
    using (staff = coalesce(current_setting('citywide.name', true), ''));
grant select on hub.message_seen to citywide_staff;
create index message_of_roles on hub.message (id) where role is not null;
drop policy departments on hub.message;
create policy departments on hub.message for select to citywide_staff using (hub.may_see(department)
    and (role is null or role = any (string_to_array(coalesce(current_setting('citywide.roles', true), ''), ','))));
