-- Each who follows a case has a word of their own: that it is mended, and how well. The number orders those of one moment;
-- it has a default from now on and is null for those before, so that nothing is written anew while the city runs.
create sequence hub.follower_number;
alter table hub.follower add column confirmed timestamptz, add column stars smallint check (stars between 1 and 5),
    add column number bigint;
alter table hub.follower alter column number set default nextval('hub.follower_number');
create index follower_case on hub.follower (cases, at);
update hub.follower set stars = cases.stars, confirmed = cases.confirmed from hub.cases
where cases.id = follower.cases and (cases.stars is not null or cases.confirmed is not null)
    and follower.token_hash = (
        select token_hash from hub.follower as first where first.cases = cases.id order by at, number nulls first limit 1);
