-- Only residents report: what staff and programs opened or joined counts no more as somebody's report
update hub.cases set reporters = told.followers
from (select cases, count(*) as followers from hub.follower group by cases) as told
where told.cases = cases.id and cases.reporters <> told.followers and cases.opened_by <> 'former hotline';
update hub.cases set reporters = 0 where reporters > 0 and opened_by <> 'former hotline'
    and not exists (select from hub.follower where follower.cases = cases.id);
-- A token of units sees and moves the orders of its departments; those that were made before go on as they did
update people.device_token set everywhere = true
where 'units:act' = any(scopes) and not 'readings:read' = any(scopes) and departments = '{}';
