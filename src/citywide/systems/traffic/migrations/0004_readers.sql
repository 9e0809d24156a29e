-- What engineers decided is shown to who may see the crossing; what holds everywhere, to the traffic department
alter table traffic.plan_change enable row level security;
create policy crossings on traffic.plan_change for select to citywide_staff
    using (case when crossing is null then hub.may_see('traffic') else crossing in (select number from hub.entity) end);
alter table traffic.milestone enable row level security;
create policy crossings on traffic.milestone for select to citywide_staff
    using (case when crossing is null then hub.may_see('traffic') else crossing in (select number from hub.entity) end);
alter table traffic.comparison enable row level security;
create policy milestones on traffic.comparison for select to citywide_staff using (milestone in (select id from traffic.milestone));
alter table traffic.event_day enable row level security;
create policy department on traffic.event_day for select to citywide_staff using (hub.may_see('traffic'));
