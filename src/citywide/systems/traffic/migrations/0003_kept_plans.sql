-- A change keeps its derived plan of each crossing, which the next derivation may name otherwise
alter table traffic.plan_change add column plans jsonb not null default '{}';
