-- name: running_count
select count(*) as count from genomics.study where state in ('waiting', 'running')

-- name: time_left
select left_s from genomics.study where state = 'running' and left_s > 0 order by number limit 1

-- name: cohort_choices
select id as value, name as label from hub.entity where kind = 'cohort' order by number

-- name: cohorts
select name, (facts ->> 'people')::int as people, (facts ->> 'variants')::int as variants,
    (select string_agg(trait, ', ') from jsonb_array_elements_text(facts -> 'traits') as trait) as traits
from hub.entity where kind = 'cohort' order by number

-- name: newest_inflation
select max(lambda_gc) as lambda from genomics.trait
where study = (select max(number) from genomics.study where state = 'done')

-- name: newest_hits
select coalesce(sum(genome_wide), 0)::int as count from genomics.trait
where study = (select max(number) from genomics.study where state = 'done')

-- name: studies
select study.number, coalesce(entity.name, cohort) as cohort, array_to_string(traits, ', ') as traits, purpose, asked_by,
    array_to_string(people, ', ') as people, state, asked, ended,
    case when variants > 0 then round(100.0 * variants_done / variants, 1)::float8 end as progress,
    case state when 'running' then left_s end as left_s, why, cases as case
from genomics.study left join hub.entity on entity.id = cohort order by study.number desc limit 200

-- name: study_traits
select study, name, people, nullif(ill, 0) as ill, variants, left_out, lambda_gc as lambda, genome_wide, refused,
    case when variants > 0 then '/v1/studies/' || study || '/' || genomics.in_address(name) || '/report.html' end as href
from genomics.trait order by study desc, name limit 200

-- name: top_hits
select trait, rank, variant, chromosome, position, effect_allele || ' / ' || other_allele as alleles,
    frequency, beta, standard_error, strength, linked, region,
    case when ill > 0 and abs(beta) + 2 * standard_error < 20 then round(exp(beta)::numeric, 2) || ' ('
        || round(exp(beta - 1.959964 * standard_error)::numeric, 2) || ' – '
        || round(exp(beta + 1.959964 * standard_error)::numeric, 2) || ')' end as odds
from genomics.hit join (select study, name as trait, ill from genomics.trait) as whose using (study, trait)
where study = (select max(number) from genomics.study where state = 'done')
order by strength desc limit 100

-- name: manhattan
select x::float8 / 1e6 as megabases, y::float8 as strength,
    trait || case when chromosome::int %% 2 = 0 then ' · 2, 4, 6 …' else ' · 1, 3, 5 …' end as series,
    case chromosome when '23' then 'X' when '24' then 'Y' when '25' then 'MT' else chromosome end as chromosome
from genomics.picture,
    rows from (jsonb_array_elements_text(series -> 'x'), jsonb_array_elements_text(series -> 'y'),
               jsonb_array_elements_text(series -> 'chromosome')) as points (x, y, chromosome)
where kind = 'manhattan' and study = (select max(number) from genomics.study where state = 'done')
order by trait, 1 limit 60000

-- name: quantiles
select expected::float8 as expected, observed::float8 as observed, trait, low::float8 as low, high::float8 as high
from genomics.picture,
    rows from (jsonb_array_elements_text(series -> 'expected'), jsonb_array_elements_text(series -> 'observed'),
               jsonb_array_elements_text(series -> 'low'), jsonb_array_elements_text(series -> 'high'))
        as points (expected, observed, low, high)
where kind = 'quantiles' and study = (select max(number) from genomics.study where state = 'done')
order by trait, 1 limit 20000

-- name: region
with place as (
    select trait, series, row_number() over (order by strength desc, trait, rank) as rank from genomics.picture
    where kind = 'region' and study = (select max(number) from genomics.study where state = 'done')
)
select position::float8 / 1e6 as megabases, strength::float8 as strength, name,
    case when at - 1 = (series ->> 'lead')::int
        then name || ' · ' || trait || ' · chr ' || (series ->> 'chromosome')
        when r2::float8 >= 0.8 then 'r² 0.8 – 1' when r2::float8 >= 0.6 then 'r² 0.6 – 0.8'
        when r2::float8 >= 0.4 then 'r² 0.4 – 0.6' when r2::float8 >= 0.2 then 'r² 0.2 – 0.4'
        when r2 is null then 'r² ?' else 'r² 0 – 0.2' end as linkage
from place,
    rows from (jsonb_array_elements_text(series -> 'position'), jsonb_array_elements_text(series -> 'strength'),
               jsonb_array_elements_text(series -> 'r2'), jsonb_array_elements_text(series -> 'names'))
        with ordinality as points (position, strength, r2, name, at)
where rank = %(rank)s
order by at - 1 = (series ->> 'lead')::int desc, r2::float8 desc nulls last, 1 limit 20000

-- name: how_it_was_made
select number, asked_by, command, ended,
    (select string_agg(part || ' ' || version, ', ' order by part) from jsonb_each_text(versions) as made (part, version)) as versions
from genomics.study where state = 'done' order by number desc limit 200

-- name: files_of_studies
select study.number, files.key as file, files.value as sha256,
    case when results ? files.key then '/v1/studies/' || study.number || '/'
        || genomics.in_address(regexp_replace(files.key, '\.tsv$', '')) || '/table.tsv' end as href
from genomics.study, jsonb_each_text(inputs || results) as files
where state = 'done' order by study.number desc, files.key limit 200

-- name: study_evidence
select index, at, kind, body from evidence.entry where kind = 'study' order by index desc limit 100
