-- A study may be of some people and some variants, and take relatedness off by step one
alter table genomics.study add column lists jsonb not null default '{}';
alter table genomics.study add column step_one boolean not null default false;
