-- A program that reads, such as a dashboard, sees the rows of its departments as staff do
alter table people.device_token
    add column departments text[] not null default '{}',
    add column everywhere boolean not null default false;

-- Who acts for whom is seen by the two of them
alter table people.delegation enable row level security;
create policy own on people.delegation for select to citywide_staff
    using (coalesce(current_setting('citywide.name', true), '') in (from_staff, to_staff));
grant select on people.delegation to citywide_staff;

-- What was judged of a department's data is its own
create or replace view hub.catalogue_score as
select score.quantity, score.kind, score.department, score.complete, score.plausible, score.judged
from hub.setting, jsonb_to_recordset(setting.value)
    as score (quantity text, kind text, department text, complete float8, plausible float8, judged timestamptz)
where setting.name = 'catalogue' and hub.may_see(score.department);
