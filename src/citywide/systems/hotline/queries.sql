-- name: named_places
select name, lon, lat from hub.entity where lon is not null and length(name) > 1 and kind not like '%%\_crew' order by length(name) desc limit 100000

-- name: passed_on
select case_step.id, cases.details, case_step.facts ->> 'to' as department from hub.case_step
join hub.cases on cases.id = case_step.cases
where case_step.what = 'rerouted' and case_step.id > %(after)s and cases.details <> ''
order by case_step.id limit 2000
