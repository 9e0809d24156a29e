-- What rings of a device and not of the world: it waits until it is known whether it is one of many, an outage, or alone.
-- Written with its alarm in one statement, and no row of either goes before the other: nothing is looked up for each
create table hub.device_alarm (
    alarm bigint primary key,
    entity int not null, department text not null,
    silent boolean not null,         -- else it speaks, and is not to be believed
    since timestamptz not null, noticed timestamptz not null,
    back timestamptz,                -- when it was itself again, as far as that was looked at
    outage bigint                    -- the case of all of them; none as long as it waits
);
create index device_alarm_since on hub.device_alarm (since);
create index device_alarm_outage on hub.device_alarm (outage) where outage is not null;
alter table hub.device_alarm enable row level security;
create policy departments on hub.device_alarm for select to citywide_staff using (hub.may_see(department));
grant select on hub.device_alarm to citywide_staff;
