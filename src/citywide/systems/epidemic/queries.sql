-- name: open_signals
select count(*) as count from hub.alarm where rule like 'outbreak\_%%' and cleared is null

-- name: series_watched
select count(*) as count from epidemic.signal where day = (select max(day) from epidemic.signal)

-- name: newest_day
select max(day)::text as day from epidemic.signal

-- name: alarms_map
select entity.id, entity.name, entity.lon, entity.lat,
    (select max(value) from hub.alarm where alarm.entity = entity.number and rule like 'outbreak\_%%' and cleared is null)
        as value,
    coalesce((select min(rule) from hub.alarm where alarm.entity = entity.number and rule like 'outbreak\_%%'
              and cleared is null), 'quiet') as state
from hub.entity where kind in ('hospital', 'school', 'pharmacy')

-- name: signals_table
select entity.name, epidemic.called(signal.kind) as kind, epidemic.shown(signal.observed) as observed, signal.expected,
    case when signal.observed > 0 and signal.observed < epidemic.minimum() then '< 0.05'
         else trim(to_char(signal.p_value, case when signal.p_value < 0.001 then '9.9EEEE' else '0.999' end)) end as p_value,
    case when signal.ringing then 'outbreak'
         when signal.p_value <= 0.0001 then 'around' -- for its neighbours' sake, or for weeks past
         else 'quiet' end as state, signal.says ->> 'en' as says_en,
    signal.says ->> 'zh' as says_zh
from epidemic.signal join hub.entity on entity.number = signal.place
where signal.day = (select max(day) from epidemic.signal) and (signal.p_value < 0.05 or signal.ringing)
order by signal.ringing desc, signal.p_value limit 60

-- name: visits_by_week
select week::timestamptz as time, epidemic.called(kind) as kind, people as value from epidemic.shown_week
where district = 'city' and week > (select max(week) from epidemic.shown_week) - 7 * 52 order by week, kind

-- name: rt_by_day
select day::timestamptz as time, epidemic.called(kind) as kind, low95, low50, median, high50, high95
from epidemic.rt where day > (select max(day) from epidemic.rt) - 56 and kind not like 'patients\_%%' order by kind, day

-- name: rt_of_patients
select day::timestamptz as time, epidemic.called(substr(kind, length('patients_') + 1)) as kind,
    low95, low50, median, high50, high95
from epidemic.rt where day > (select max(day) from epidemic.rt) - 56 and kind like 'patients\_%%' order by kind, day

-- name: forecast_fan
with last as (select max(reference) as reference from epidemic.forecast_made where kind = %(kind)s)
select week::timestamptz as time, people as value, null::float8 as low95, null::float8 as low50, null::float8 as high50,
    null::float8 as high95, 'Reported' as what_en, '已报告' as what_zh
from epidemic.shown_week, last
where kind = %(kind)s and district = 'city' and week < last.reference and week > last.reference - 7 * 30
union all
select week::timestamptz, quantiles[12], quantiles[2], quantiles[7], quantiles[17], quantiles[22], 'Forecast', '预测'
from epidemic.forecast, last
where kind = %(kind)s and place = 'city' and forecast.reference = last.reference
order by 1

-- name: forecast_known
select to_char(max(known) at time zone epidemic.zone(), 'YYYY-MM-DD HH24:MI') as known from epidemic.forecast_made

-- name: forecast_skill
select round((100 * sum(wis) / nullif(sum(wis_unchanged), 0))::numeric)::float8 as ratio,
    round(100.0 * avg(in95::int), 1)::float8 as in95, round(100.0 * avg(in50::int), 1)::float8 as in50
from epidemic.score

-- name: forecast_table
select case when place = 'city' then 'The whole city · 全市' else place end as district, epidemic.called(kind) as kind,
    week::text as week, quantiles[12] as median,
    round(quantiles[7]::numeric) || ' – ' || round(quantiles[17]::numeric) as half,
    round(quantiles[2]::numeric) || ' – ' || round(quantiles[22]::numeric) as most
from epidemic.forecast
where horizon = 1 and (kind, reference) in (select kind, max(reference) from epidemic.forecast_made group by kind)
order by kind, place = 'city' desc, place

-- name: forecast_set_aside
select epidemic.called(made.kind) as kind,
    case when aside ->> 'place' = 'city' then 'The whole city · 全市' else aside ->> 'place' end as place,
    aside ->> 'week' as week, aside ->> 'en' as why_en, aside ->> 'zh' as why_zh
from (select distinct on (kind) kind, problems from epidemic.forecast_made order by kind, reference desc) made,
    jsonb_array_elements(made.problems) aside
where jsonb_typeof(aside) = 'object' order by week desc, place, kind limit 200

-- name: forecast_scores
select week::text as week, epidemic.called(kind) as kind, avg(wis) as wis, avg(wis_unchanged) as unchanged,
    sum(wis) / nullif(sum(wis_unchanged), 0) as ratio, 100.0 * avg(in50::int)::float8 as in50,
    100.0 * avg(in95::int)::float8 as in95
from epidemic.score group by week, kind order by week desc, kind limit 120

-- name: nowcast_chart
select week::timestamptz as time, epidemic.shown(reported) as value, null::float8 as low, null::float8 as high,
    'Reported' as what_en, '已报告' as what_zh
from epidemic.nowcast where kind = %(kind)s and place = 'city'
union all
select week::timestamptz, expected, low, high, 'Expected once all is reported', '全部报告后预计'
from epidemic.nowcast where kind = %(kind)s and place = 'city' order by 1

-- name: delay_chart
with days as (
    select place, kind, day, max(count) as final from epidemic.report
    where kind = any (string_to_array(%(kinds)s, ','))
      and day between (select max(day) from epidemic.report) - 40 and (select max(day) from epidemic.report) - 10
    group by 1, 2, 3
), lags as (select generate_series(1, 7) as days), known as (
    select lags.days, sum(days.final) as final, sum((
        select count from epidemic.report where report.place = days.place and report.kind = days.kind
          and report.day = days.day and report.reported < (days.day + 1 + lags.days)::timestamp at time zone epidemic.zone()
        order by reported desc limit 1)) as said
    from days cross join lags group by 1
)
select days, 100 * coalesce(said, 0) / final as share from known where final >= epidemic.minimum() order by days

-- name: reporting_delays
with recent as (
    select place, kind, day, reported, count from epidemic.report where day > (select max(day) from epidemic.report) - 28
), firsts as (
    select distinct on (place, kind, day) place, kind, day, reported, count from recent order by place, kind, day, reported
), finals as (
    select place, kind, day, max(count) as count, count(*) as words from recent group by 1, 2, 3
)
select entity.name, entity.facts ->> 'district' as district, round(percentile_cont(0.5) within group (
        order by extract(epoch from firsts.reported - (firsts.day + 1)::timestamp at time zone epidemic.zone()) / 3600)::numeric, 1)::float8 as hours,
    max(firsts.day)::text as newest,
    case when sum(finals.count) >= epidemic.minimum() -- a share of three people tells how many they are
         then round((100 * sum(firsts.count) / sum(finals.count))::numeric, 1)::float8 end as first_share,
    sum(finals.words - 1)::int as revised
from firsts join finals using (place, kind, day) join hub.entity on entity.number = firsts.place
where firsts.kind <> 'told' group by entity.number, entity.name order by first_share nulls last

-- name: reports_set_aside
select entity.name, epidemic.called(set_aside.kind) as kind, set_aside.week::text as week,
    case when why like 'stopped%%' then 'stopped' when why like 'not a count%%' then 'not_a_count' else 'typing_error' end
        as state
from epidemic.set_aside join hub.entity on entity.number = set_aside.place order by week desc

-- name: transmission_tree
select transmission.patient::text as id, infector::text as parent, onset::timestamptz as time, lane,
    epidemic.called(transmission.kind) as kind, '#' || transmission.patient as label, 100 * chance as chance
from epidemic.transmission order by kind, lane

-- name: transmission_table
select transmission.patient, epidemic.called(transmission.kind) as kind, onset::text as onset, infector,
    case when infector is not null then 100 * chance end as chance, epidemic.met_en(context) as how_en,
    epidemic.met_zh(context) as how_zh, entity.name as hospital, case when context = 0 then '' else coalesce(place.name, '') end as place
from epidemic.transmission join hub.entity on entity.number = transmission.hospital
left join epidemic.place using (place) order by onset desc, patient desc

-- name: places_of_transmission
select place.name as place, epidemic.met_en(context) as how_en, epidemic.met_zh(context) as how_zh,
    case when count(*) < epidemic.minimum() then '< ' || epidemic.minimum() else count(*)::text end as cases
from epidemic.transmission join epidemic.place using (place) where context > 0
group by place.name, context having count(*) > 1 order by count(*) desc, 1 limit 40

-- name: grants
select staff, given_by, until, why, case when until > now() then 'in_force' else 'expired' end as state
from people.access_grant where purpose = 'disease_control' order by until desc limit 50

-- name: allocations
select made, by, allocation.says ->> 'en' as says_en, allocation.says ->> 'zh' as says_zh, place as district,
    week::text as week, sent, allocated.says ->> 'en' as why_en, allocated.says ->> 'zh' as why_zh
from epidemic.allocation join epidemic.allocated on allocated.allocation = allocation.number
where allocation.number > (select max(number) from epidemic.allocation) - 5 order by number desc, week, place
