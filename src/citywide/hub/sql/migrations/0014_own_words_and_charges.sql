-- A resident's photos are for who sent them and for staff; those that a unit hands in as proof are the city's answer.
-- A report's photos and its follower were written in one moment: so it is known whose the old ones are.
alter table hub.photo add column follower bytea;
update hub.photo set follower = (
    select token_hash from hub.follower where follower.cases = photo.cases and follower.at = photo.at
    order by number nulls first limit 1);
-- A department reads what it is charged with, also when another holds the case by now; it moves only what it holds
alter table hub.cases add column passed_by text[] not null default '{}';
update hub.cases set passed_by = passed.departments
from (select cases, array_agg(distinct facts ->> 'from') as departments from hub.case_step
      where what = 'rerouted' and facts ? 'from' group by cases) as passed
where passed.cases = cases.id;
create function hub.reader_departments() returns text[] language sql stable as $$
    select string_to_array(coalesce(current_setting('citywide.departments', true), ''), ',')
$$;
-- Whom a case is charged to at the city's time, which is that of the newest step of any case
create function hub.charged(number bigint) returns text language sql stable security definer set search_path = pg_catalog as $$
    select judged.department
    from hub.judged((select at from hub.case_step order by id desc limit 1)) as judged
    where judged.id = number and (judged.late or not judged.solved)
$$;
drop policy departments on hub.cases;
create policy departments on hub.cases for select to citywide_staff using (hub.may_see(department)
    or (passed_by && hub.reader_departments() and hub.charged(id) = any (hub.reader_departments())));
