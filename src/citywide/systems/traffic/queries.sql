-- name: standing_incidents
select count(*) as count from hub.alarm where cleared is null
    and rule in ('stopped_vehicle', 'blocked_lane', 'wrong_way', 'sudden_queue')

-- name: city_index
select round(coalesce(avg(latest.value), 1)::numeric, 2)::float8 as index
from hub.series join hub.latest on latest.series = series.number where series.quantity = 'congestion_index'

-- name: free_officers
select count(*) as count from hub.entity where kind = 'traffic_officer'
    and facts ->> 'on_shift' is distinct from 'false'
    and not exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))

-- name: crossings_on_map
select entity.id, traffic.called(entity.name, entity.facts) as name, entity.lon, entity.lat, latest.value,
    case when exists (select from hub.alarm where alarm.entity = entity.number and cleared is null)
         then 'congested' else 'quiet' end as state
from hub.entity left join hub.series on series.entity = entity.number and series.quantity = 'congestion_index'
left join hub.latest on latest.series = series.number
where entity.kind = 'crossing'

-- name: incidents_on_map
select alarm.id::text as id, traffic.called(entity.name, entity.facts) as name, entity.lon, entity.lat, null::float8 as value, alarm.rule as state
from hub.alarm join hub.entity on entity.number = alarm.entity
where alarm.cleared is null and entity.kind = 'detector'

-- name: closed_roads_on_map
select cases.id::text as id, coalesce(entity.name, '') as name, '/case/' || cases.id as href, cases.lon, cases.lat,
    null::float8 as value, cases.category as state
from hub.cases left join hub.entity on entity.number = cases.about
where cases.category = 'closed_road' and cases.state <> 'closed' and cases.lon is not null

-- name: officers_on_map
select entity.id, traffic.called(entity.name, entity.facts) as name, entity.lon, entity.lat, null::float8 as value,
    case when exists (select from hub.cases where assigned_to = entity.number and state in ('assigned', 'working'))
         then 'busy' else 'free' end as state
from hub.entity where entity.kind = 'traffic_officer'

-- name: index_history
with worst as (
    select series.number, traffic.called(entity.name, entity.facts) as name from hub.entity
    join hub.series on series.entity = entity.number and series.quantity = 'congestion_index'
    join hub.latest on latest.series = series.number
    order by latest.value desc limit 6
)
select date_bin('5 minutes', reading.time, 'epoch') as time, worst.name, round(avg(reading.value)::numeric, 2)::float8 as value from worst join hub.reading on reading.series = worst.number
where reading.time > (select max(latest.time) from hub.latest join worst on worst.number = latest.series) - interval '3 hours'
group by 1, worst.number, worst.name order by 1

-- name: scene_of_crossing
-- Two minutes of a crossing, by itself one whose vehicles are told one by one: each between the moments it was told of, and lamps.
with chosen as (
    select entity.facts ->> 'crossing' as crossing, max(latest.time) as until from hub.entity
    join hub.series on series.entity = entity.number and series.quantity in ('track', 'light')
    join hub.latest on latest.series = series.number where entity.kind = 'detector'
    group by 1 order by (entity.facts ->> 'crossing' = %(chosen)s) desc, bool_or(series.quantity = 'track') desc, 2 desc, 1 limit 1
), lane as (
    select entity.number, head.number as head, entity.id || coalesce(' ' || end_of.name, '') as id, radians(end_of.degrees) as heading,
        end_of.degrees, end_of.aside, chosen.until
    from chosen join hub.entity on entity.kind = 'detector' and entity.facts ->> 'crossing' = chosen.crossing
    left join hub.entity head on head.id = traffic.head_of(entity.facts)
    cross join lateral (
        select null as name, substring(entity.facts ->> 'heading' from '^-?\d{1,9}(?:\.\d+)?$')::float8 as degrees, substring(entity.facts ->> 'aside_m' from '^-?\d{1,9}(?:\.\d+)?$')::float8 as aside where entity.facts ? 'lane'
        union all  -- a walk's lamp stands at the kerb of each arm that it crosses
        select crossed, substring(crossed from '^-?\d{1,9}(?:\.\d+)?$')::float8, 9
        from jsonb_array_elements_text(case jsonb_typeof(entity.facts -> 'crosses') when 'array' then entity.facts -> 'crosses' else '[]' end) as ends (crossed) where entity.facts ? 'walk'
    ) as end_of
), seen as (
    select lane.*, series.number as series, series.quantity, reading.value::bigint as value,
        extract(epoch from date_trunc('second', reading.time))::float8 as t, extract(epoch from lane.until)::float8 as ends
    from lane join hub.series on series.entity = lane.number and series.quantity = 'track' or series.entity = lane.head and series.quantity = 'light'
    join hub.reading on reading.series = series.number
    where reading.time > lane.until - interval '2 minutes' - case series.quantity when 'light' then interval '1 minute' else '0' end
        and reading.time <= lane.until
), told as (
    select *, id || ' ' || value / 16384 as name, value %% 8192 / 10.0 - 30 as place, value / 8192 %% 2 = 1 as stands,
        lead(t) over (partition by series, value / 16384 order by t) as next_t
    from seen where quantity = 'track'
), vehicle as (  -- who was not seen to leave is where its last word puts it
    select name, t, place, stands, heading, degrees, aside from told
    union all
    select name, ends, greatest(place - case when stands then 0 else 13.9 * (ends - t) end, -20), stands, heading, degrees, aside
    from told where next_t is null and place > -20 and t < ends and ends - t < 20
), lamp as (
    select *, lead(t) over (partition by series, id order by t) as next_t from seen where quantity = 'light'
), thing as (
    select t, name, 'box' as shape, 14 + place as away, aside, heading, degrees, 4.6 as length, 1.9 as width,
        case when stands then 'amber' else 'vehicle' end as state from vehicle
    union all
    select greatest(moment, ends - 120), id || ' lamp', 'circle', 11, aside, heading, degrees, 3, 3,
        (array['red', 'green', 'green', 'yellow'])[value + 1]
    from lamp cross join lateral (values (t), (coalesce(next_t - 0.001, ends))) as m (moment)
    where coalesce(next_t, ends) > ends - 120
)
select t, name as id, shape, -away * cos(heading) + aside * sin(heading) as x, -away * sin(heading) - aside * cos(heading) as y,
    degrees as heading, length, width, state
from thing order by t

-- name: ground_of_crossing
with chosen as (
    select entity.facts ->> 'crossing' as crossing from hub.entity
    join hub.series on series.entity = entity.number and series.quantity in ('track', 'light')
    join hub.latest on latest.series = series.number where entity.kind = 'detector'
    group by 1 order by (entity.facts ->> 'crossing' = %(chosen)s) desc, bool_or(series.quantity = 'track') desc, max(latest.time) desc, 1 limit 1
), lane as (
    select entity.id, radians(substring(entity.facts ->> 'heading' from '^-?\d{1,9}(?:\.\d+)?$')::float8) as heading, substring(entity.facts ->> 'aside_m' from '^-?\d{1,9}(?:\.\d+)?$')::float8 as aside,
        entity.facts ->> 'turns' as turns
    from chosen join hub.entity on entity.kind = 'detector' and entity.facts ->> 'crossing' = chosen.crossing and entity.facts ? 'lane'
), pieces as (
    select id, 'line' as shape, 'lane' as kind, 3.2 as width, heading, aside, -14 as near,
        case when abs(cos(heading)) > 0.5 then -200 else -100 end as far from lane
    union all select id || ' out', 'line', 'exit', 3.2, heading, aside, 14, 60 from lane
)
select id, shape, kind, '' as label, width, jsonb_build_array(
    jsonb_build_array(near * cos(heading) + aside * sin(heading), near * sin(heading) - aside * cos(heading)),
    jsonb_build_array(far * cos(heading) + aside * sin(heading), far * sin(heading) - aside * cos(heading))) as points
from pieces

-- name: lanes_table
select traffic.called(entity.name, entity.facts) as name,
    (array['red', 'green', 'green', 'yellow'])[(
        select latest.value from hub.entity head join hub.series on series.entity = head.number and series.quantity = 'light'
        join hub.latest on latest.series = series.number
        where head.id = traffic.head_of(entity.facts)
    )::int + 1] as light,
    max(latest.value) filter (where quantity = 'queue') as queue,
    max(latest.value) filter (where quantity = 'confidence') as confidence,
    max(latest.value) filter (where quantity = 'volume') as volume,
    max(latest.value) filter (where quantity = 'traffic_speed') as speed,
    max(latest.value) filter (where quantity = 'occupancy') as occupancy,
    max(latest.value) filter (where quantity = 'green_share') as green
from hub.entity join hub.series on series.entity = entity.number join hub.latest on latest.series = series.number
where entity.kind = 'detector' and entity.facts ? 'lane' group by entity.number order by queue desc nulls last, entity.id limit 300

-- name: plan_choices
select plan_choice.since, traffic.called(entity.name, entity.facts) as name, traffic.plan_called(plan_choice.plan) as plan, plan_choice.cycle_s, plan_choice.offset_s, plan_choice.reason,
    case when plan_choice.adaptive then traffic.word('adaptive', '自适应') else traffic.word('fixed', '固定') end as control
from traffic.plan_choice join hub.entity on entity.number = plan_choice.crossing
order by plan_choice.since desc, entity.id limit 100

-- name: coordination_diagram
with chosen as (
    select crossing, phase from traffic.arrival group by 1, 2
    order by (crossing || ' ' || phase = %(chosen)s) desc, count(*) desc, 1, 2 limit 1
), dot as (
    select arrival.* from chosen join traffic.arrival using (crossing, phase)
    where arrival.time > (select max(time) from traffic.arrival) - interval '1 hour'
)
select * from (
select 1 as rank, time, in_cycle_s, case when on_green then traffic.word('arrives on green', '绿灯到达') else traffic.word('arrives on red', '红灯到达') end as what from dot
union all select 2, time, yellow_at_s, traffic.word('yellow begins', '黄灯开始') from dot
union all select 3, time, cycle_s, traffic.word('next green', '下一绿灯') from dot
) dots order by rank, what ->> 'en', time

-- name: diagram_choices
select crossing || ' ' || phase as value, jsonb_build_object(
    'en', (traffic.called(entity.name, entity.facts) ->> 'en') || ', phase ' || phase, 'zh', entity.name || ' 相位 ' || phase) as label
from (select distinct crossing, phase from traffic.arrival) seen join hub.entity on entity.number = seen.crossing
order by entity.id, phase

-- name: scene_choices
-- First the crossings whose vehicles are told one by one
select crossing.facts_id as value, traffic.called(crossing.name, crossing.facts) as label
from (select entity.*, split_part(id, '/', 2) as facts_id from hub.entity where kind = 'crossing') crossing
join hub.entity lane on lane.kind = 'detector' and lane.facts ->> 'crossing' = crossing.facts_id
join hub.series on series.entity = lane.number and series.quantity in ('track', 'light')
group by crossing.facts_id, crossing.name, crossing.facts order by bool_or(series.quantity = 'track') desc, crossing.facts_id

-- name: arrivals_of_group
select floor(extract(epoch from time) * 1000)::bigint as time_ms, in_cycle_s, yellow_at_s, cycle_s from traffic.arrival
where crossing = %(crossing)s and phase = %(phase)s and time > %(since)s order by time

-- name: street_choices
-- A street is called by its ends.
with street as (
    select facts ->> 'corridor' as corridor, array_agg(traffic.called(name, facts) order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id) as names,
        bool_or(exists (select from traffic.arrival where crossing = entity.number)) as seen
    from hub.entity where kind = 'crossing' and facts ? 'corridor' group by 1
)
select corridor as value, jsonb_build_object('en', (names[1] ->> 'en') || ' – ' || (names[cardinality(names)] ->> 'en'),
    'zh', (names[1] ->> 'zh') || '—' || (names[cardinality(names)] ->> 'zh')) as label
from street where seen order by corridor

-- name: time_space
-- A dot every two seconds of green of each crossing's busiest signal group, at its way along the street.
with busiest as (
    select distinct on (crossing) crossing, phase from traffic.arrival
    where time > (select max(time) from traffic.arrival) - interval '15 minutes'
    group by crossing, phase order by crossing, count(*) desc, phase
), street as (
    select number, traffic.called(name, facts) as name, facts ->> 'corridor' as corridor, coalesce(sum(substring(facts ->> 'travel_s' from '^-?\d{1,9}(?:\.\d+)?$')::float8)
        over (partition by facts ->> 'corridor' order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id rows between unbounded preceding and 1 preceding), 0) as along_s
    from hub.entity where kind = 'crossing' and facts ? 'corridor'
), green as (
    select distinct crossing, date_trunc('milliseconds', time - in_cycle_s * interval '1 second') as begins, yellow_at_s
    from traffic.arrival join busiest using (crossing, phase)
    where time > (select max(time) from traffic.arrival) - interval '15 minutes'
)
select begins + step * interval '2 seconds' as time, along_s, name from green join street on street.number = green.crossing
cross join generate_series(0, (yellow_at_s / 2)::int) step
where corridor = coalesce(nullif(%(chosen)s, ''), (select min(corridor) from street join green on green.crossing = street.number))
order by along_s, name ->> 'en', time

-- name: offset_advice
with street as (
    select number, traffic.called(name, facts) as far, row_number() over along as place,
        facts ->> 'corridor' as corridor, lag(traffic.called(name, facts)) over along as near
    from hub.entity where kind = 'crossing' window along as (partition by facts ->> 'corridor' order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id)
)
select street.near, street.far, max(value) filter (where measure.name = 'link_on_green') as now,
    max(value) filter (where measure.name = 'link_on_green_best') as best, max(value) filter (where measure.name = 'link_shift') as shift_s, time
from traffic.measure join street on street.number = measure.crossing
where measure.name like 'link_%%' and time = (select max(time) from traffic.measure where name = 'link_shift')
group by corridor, place, street.near, street.far, time order by corridor, place

-- name: measure_history
select measure.time, traffic.called(entity.name, entity.facts) as name, case %(how)s when 'sum' then sum(measure.value) else avg(measure.value) end as value
from traffic.measure join hub.entity on entity.number = measure.crossing
where measure.name = %(measure)s and measure.time > (select max(time) from traffic.measure) - interval '1 day'
group by measure.time, entity.number, measure.name order by 1, entity.id

-- name: feedback_table
select incident_feedback.at, traffic.called(entity.name, entity.facts) as name, incident_feedback.kind, incident_feedback.note,
    case when was_real then 'accepted' else 'false' end as was_real
from traffic.incident_feedback join hub.entity on entity.number = incident_feedback.lane order by 1 desc limit 100

-- name: signal_events_since
-- Events are told to the tenth of a second, and lie apart within it.
select floor(extract(epoch from reading.time) * 10)::bigint * 100 as time_ms, series.entity as crossing,
    reading.value::bigint / 32768 as code, reading.value::bigint %% 32768 as parameter
from hub.series join hub.reading on reading.series = series.number
where series.quantity = 'signal_event' and reading.time >= %(since)s and reading.time < %(until)s

-- name: put_measure
insert into traffic.measure (crossing, name, phase, time, value) values (%(crossing)s, %(name)s, %(phase)s, %(time)s, %(value)s)
on conflict (crossing, name, phase, time) do update set value = excluded.value

-- name: put_arrival
insert into traffic.arrival (crossing, phase, time, in_cycle_s, yellow_at_s, red_at_s, cycle_s, on_green)
values (%(crossing)s, %(phase)s, %(time)s, %(in_cycle_s)s, %(yellow_at_s)s, %(red_at_s)s, %(cycle_s)s, %(on_green)s)
on conflict do nothing

-- name: forget_arrivals
delete from traffic.arrival where time < %(before)s

-- name: put_plan_choice
insert into traffic.plan_choice (crossing, since, plan, cycle_s, offset_s, adaptive, reason, told)
values (%(crossing)s, %(since)s, %(plan)s, %(cycle_s)s, %(offset_s)s, %(adaptive)s, %(reason)s, %(told)s)
on conflict (crossing, since) do update set plan = excluded.plan, cycle_s = excluded.cycle_s, offset_s = excluded.offset_s,
    adaptive = excluded.adaptive, reason = excluded.reason, told = excluded.told

-- name: crossings_and_plans
select entity.number, entity.id, last.told from hub.entity left join lateral (
    select told from traffic.plan_choice where crossing = entity.number order by since desc limit 1) last on true
where entity.kind = 'crossing' order by entity.number

-- name: plan_told
select plan_choice.told from traffic.plan_choice join hub.entity on entity.number = plan_choice.crossing
where entity.id = %(crossing)s order by since desc limit 1

-- name: facts_of_crossings
select crossing.number, crossing.id, crossing.facts, lane.facts as lane_facts
from hub.entity crossing left join hub.entity lane
    on lane.kind = 'detector' and 'crossing/' || (lane.facts ->> 'crossing') = crossing.id and lane.facts ? 'lane'
where crossing.kind = 'crossing' order by crossing.number, lane.id

-- name: timetables
select crossing, day_kind, starts_min, plan, cycle_s, offset_s, splits_s from traffic.timetable

-- name: changes
select crossing, plan, adaptive, begins, ends, reason, plans from traffic.plan_change
where ends > %(since)s and begins <= %(until)s order by begins, id

-- name: own_plans
select crossing, plan, cycle_s, offset_s, splits_s from traffic.own_plan

-- name: own_hours
select crossing, day_kind, starts_min, plan from traffic.own_hours

-- name: event_days
select day from traffic.event_day

-- name: event_days_table
select day::text as day, name, who from traffic.event_day order by event_day.day desc limit 50

-- name: crossing_choices
select id as value, traffic.called(name, facts) as label from hub.entity where kind = 'crossing' order by id

-- name: corridors
select coalesce(facts ->> 'corridor', id) as corridor, array_agg(number order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id) as crossings,
    array_agg(coalesce(substring(facts ->> 'travel_s' from '^-?\d{1,9}(?:\.\d+)?$')::float8, 20) order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id) as travel_s,
    array_agg(lon order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id) as lon, array_agg(lat order by substring(facts ->> 'along' from '^\d{1,9}$')::int, id) as lat
from hub.entity where kind = 'crossing' group by 1 order by 1

-- name: counted_volumes
select crossing.number as crossing, substring(lane.facts ->> 'lane' from '^\d{1,9}$')::int as lane, (volume.quarter at time zone %(zone)s)::date as day,
    (extract(epoch from (volume.quarter at time zone %(zone)s)::time) / 900)::int as quarter, volume.vph
from traffic.volume join hub.entity lane on lane.number = volume.lane
join hub.entity crossing on crossing.id = 'crossing/' || (lane.facts ->> 'crossing')
where volume.quarter > %(since)s and lane.facts ? 'lane'

-- name: forget_timetable
delete from traffic.timetable where crossing = %(crossing)s and day_kind = %(day_kind)s

-- name: put_timetable
insert into traffic.timetable (crossing, day_kind, starts_min, plan, cycle_s, offset_s, splits_s, derived)
values (%(crossing)s, %(day_kind)s, %(starts_min)s, %(plan)s, %(cycle_s)s, %(offset_s)s, %(splits_s)s, %(derived)s)

-- name: put_volumes
insert into traffic.volume (lane, quarter, vph)
select series.entity, date_bin('15 minutes', reading.time - interval '1 second', 'epoch'), avg(reading.value)
from hub.series join hub.reading on reading.series = series.number
where series.quantity = 'volume' and reading.time > %(since)s and reading.time <= %(until)s group by 1, 2
on conflict (lane, quarter) do update set vph = excluded.vph

-- name: put_day_values
insert into traffic.day_value (crossing, day, name, value)
select series.entity, (reading.time at time zone %(zone)s)::date, 'congestion_index', avg(reading.value)
from hub.series join hub.reading on reading.series = series.number
where series.quantity = 'congestion_index'
    and reading.time >= date_trunc('day', %(since)s at time zone %(zone)s) at time zone %(zone)s group by 1, 2
union all
select crossing, (time at time zone %(zone)s)::date, name, avg(value) from traffic.measure
where name in ('approach_delay', 'split_failures')
    and time >= date_trunc('day', %(since)s at time zone %(zone)s) at time zone %(zone)s group by 1, 2, 3
on conflict (crossing, day, name) do update set value = excluded.value

-- name: milestones
select id, crossing, day, what from traffic.milestone where day > %(since)s order by id

-- name: daily_values
select day, avg(value) as value from traffic.day_value
where name = %(name)s and day between %(since)s and %(until)s and day < %(today)s
    and (%(crossing)s::int is null or crossing = %(crossing)s) group by day order by day

-- name: put_comparison
insert into traffic.comparison (milestone, name, change, low, high, p_value, days_before, days_after, says, at)
values (%(milestone)s, %(name)s, %(change)s, %(low)s, %(high)s, %(p_value)s, %(days_before)s, %(days_after)s, %(says)s, %(at)s)
on conflict (milestone, name) do update set change = excluded.change, low = excluded.low, high = excluded.high,
    p_value = excluded.p_value, days_before = excluded.days_before, days_after = excluded.days_after,
    says = excluded.says, at = excluded.at

-- name: comparisons
select milestone.day, milestone.what, case comparison.name when 'congestion_index' then traffic.word('congestion index', '拥堵指数')
        when 'approach_delay' then traffic.word('approach delay', '进口道延误')
        else traffic.word('split failures', '绿灯溢出周期') end as measure,
    round((100 * change)::numeric, 1)::float8 as change, round((100 * low)::numeric, 1)::float8 as low,
    round((100 * high)::numeric, 1)::float8 as high, round(p_value::numeric, 3)::float8 as p_value,
    days_before, days_after, case when low > 0 then traffic.word('worse', '变差') when high < 0 then traffic.word('better', '改善')
        else traffic.word('no difference shown', '差异不显著') end as verdict
from traffic.comparison join traffic.milestone on milestone.id = comparison.milestone order by milestone.day desc, what, comparison.name limit 100

-- name: daily_history
select day::text as day, round(avg(value)::numeric, 3)::float8 as value from traffic.day_value
where name = %(name)s and day > (select max(day) from traffic.day_value) - 84 group by day_value.day order by 1

-- name: plan_changes
select begins, ends, case when entity.id is null then traffic.word('all crossings', '全部路口') else traffic.called(entity.name, entity.facts) end as name, traffic.plan_called(plan) as plan, reason, who,
    case when adaptive then traffic.word('adaptive', '自适应') else traffic.word('fixed', '固定') end as control
from traffic.plan_change left join hub.entity on entity.number = plan_change.crossing order by begins desc limit 50

-- name: new_requests
select entity.number as vehicle, entity.id, entity.name, entity.facts ->> 'role' as role, reading.time, reading.value
from hub.series join hub.entity on entity.number = series.entity join hub.reading on reading.series = series.number
where series.quantity = 'priority_request' and reading.time > greatest(%(since)s,
    coalesce((select max(asked) from traffic.priority where vehicle = entity.number), '-infinity'))
order by reading.time

-- name: buses_on_the_way
-- The two newest places of each bus that has asked for nothing itself within five minutes.
with spot as (
    select entity.number as vehicle, entity.id, entity.name, lon.time, lon.value as lon, lat.value as lat,
        row_number() over (partition by entity.number order by lon.time desc) as age
    from hub.entity
    join hub.series lon_of on lon_of.entity = entity.number and lon_of.quantity = 'position_lon'
    join hub.series lat_of on lat_of.entity = entity.number and lat_of.quantity = 'position_lat'
    join hub.reading lon on lon.series = lon_of.number and lon.time > %(since)s
    join hub.reading lat on lat.series = lat_of.number and lat.time = lon.time
    where entity.kind = 'priority_vehicle' and entity.facts ->> 'role' = 'bus' and not exists (
        select from hub.series asks join hub.latest on latest.series = asks.number
        where asks.entity = entity.number and asks.quantity = 'priority_request' and latest.time > %(since)s - interval '5 minutes')
)
select spot.vehicle, spot.id, spot.name, 'bus' as role, spot.time, spot.lon, spot.lat,
    before.time as time_before, before.lon as lon_before, before.lat as lat_before
from spot join spot before using (vehicle) where spot.age = 1 and before.age = 2

-- name: numbered_crossings
select number, substring(facts ->> 'number' from '^\d{1,9}$')::int as called, lon, lat from hub.entity
where kind = 'crossing' and facts ? 'number' and lon is not null

-- name: asked_of
select substring(entity.facts ->> 'number' from '^\d{1,9}$')::int as called, priority.lane from traffic.priority
join hub.entity on entity.number = priority.crossing where priority.vehicle = %(vehicle)s and priority.state = 'asked'

-- name: put_request
with before as (
    select priority.crossing, priority.state from traffic.priority join hub.entity on entity.number = priority.crossing
    where priority.vehicle = %(vehicle)s and entity.facts ->> 'number' = %(number)s::text
)
insert into traffic.priority (vehicle, crossing, lane, asked, arrives, state)
select %(vehicle)s, entity.number, %(lane)s, %(asked)s, %(arrives)s, %(state)s from hub.entity
where kind = 'crossing' and facts ->> 'number' = %(number)s::text
on conflict (vehicle, crossing) do update
    set lane = excluded.lane, asked = excluded.asked, arrives = excluded.arrives, state = excluded.state
returning (select id from hub.entity where number = crossing) as id, (select name from hub.entity where number = crossing) as name,
    not exists (select from before where state = 'asked') as fresh

-- name: priority_table
select priority.asked, traffic.called(vehicle.name, vehicle.facts) as vehicle,
    case vehicle.facts ->> 'role' when 'bus' then traffic.word('bus', '公交') when 'emergency' then traffic.word('emergency', '应急')
        else traffic.word('not entitled', '无优先权') end as role,
    traffic.called(crossing.name, crossing.facts) as crossing, priority.lane,
    priority.arrives,
    case when priority.state = 'asked' and priority.arrives < %(now)s - interval '2 minutes' then traffic.word('never checked out', '未上报通过')
        when priority.state = 'asked' then traffic.word('let through', '予以优先') when priority.state = 'passed' then traffic.word('has passed', '已通过')
        else traffic.word('refused', '已拒绝') end as state
from traffic.priority join hub.entity vehicle on vehicle.number = priority.vehicle
join hub.entity crossing on crossing.number = priority.crossing order by priority.asked desc, priority.arrives limit 50

-- name: priority_on_map
select entity.id, traffic.called(entity.name, entity.facts) as name, lon.value as lon, lat.value as lat, null::float8 as value, entity.facts ->> 'role' as state
from hub.entity
join hub.series lon_of on lon_of.entity = entity.number and lon_of.quantity = 'position_lon'
join hub.latest lon on lon.series = lon_of.number
join hub.series lat_of on lat_of.entity = entity.number and lat_of.quantity = 'position_lat'
join hub.latest lat on lat.series = lat_of.number
where entity.kind = 'priority_vehicle' and lon.time > %(now)s - interval '2 minutes'

-- name: lanes_of_crossings
-- Lanes, then walks; a signal group's light is told at the detector of its number.
select crossing.id, substring(crossing.facts ->> 'number' from '^\d{1,9}$')::int as number, crossing.lon, crossing.lat, crossing.facts,
    lane.facts as lane_facts, light.value::int as light, light.time, left_.value as left_s, left_.time as left_time
from hub.entity crossing join hub.entity lane on lane.kind = 'detector' and 'crossing/' || (lane.facts ->> 'crossing') = crossing.id
    and lane.facts ?| array['lane', 'walk']
left join hub.entity head on head.id = traffic.head_of(lane.facts)
left join hub.series light_of on light_of.entity = head.number and light_of.quantity = 'light'
left join hub.latest light on light.series = light_of.number
left join hub.series left_of on left_of.entity = head.number and left_of.quantity = 'light_left'
left join hub.latest left_ on left_.series = left_of.number
where crossing.kind = 'crossing' and (%(crossing)s::text is null or crossing.id = %(crossing)s)
order by crossing.number, substring(lane.facts ->> 'lane' from '^\d{1,9}$')::int, substring(lane.facts ->> 'walk' from '^\d{1,9}$')::int

-- name: put_plan_change
-- The plan is kept as it is now: tomorrow's derived plans may have other names.
insert into traffic.plan_change (crossing, plan, adaptive, begins, ends, reason, who, plans)
select (select number from hub.entity where id = %(crossing)s), %(plan)s, %(adaptive)s, %(begins)s, %(ends)s, %(reason)s, %(who)s,
    coalesce(jsonb_object_agg(crossing, jsonb_build_object('cycle_s', cycle_s, 'offset_s', offset_s, 'splits_s', splits_s)), '{}')
from (
    select crossing, plan, cycle_s, offset_s, splits_s from traffic.own_plan
    union all
    select crossing, plan, cycle_s, offset_s, splits_s from traffic.timetable
    where not exists (select from traffic.own_plan own where own.crossing = timetable.crossing and own.plan = timetable.plan)
) known where plan = %(plan)s
returning id

-- name: put_event_day
insert into traffic.event_day (day, name, who) values (%(day)s, %(name)s, %(who)s)
on conflict (day) do update set name = excluded.name, who = excluded.who

-- name: put_milestone
insert into traffic.milestone (crossing, day, what, who)
values ((select number from hub.entity where id = %(crossing)s), %(day)s, %(what)s, %(who)s) returning id

-- name: plans_of_crossings
select entity.id, array_agg(distinct known.plan) filter (where known.plan is not null) as plans
from hub.entity left join (
    select crossing, plan from traffic.timetable union all select crossing, plan from traffic.own_plan
) known on known.crossing = entity.number
where entity.kind = 'crossing' and (%(crossing)s::text is null or entity.id = %(crossing)s) group by entity.id order by 1

-- name: take_feedback
with word as (
    select alarm.id as alarm, alarm.acknowledged as at, alarm.acknowledged_by as who, alarm.acknowledged_note as note
    from hub.alarm where acknowledged is not null and acknowledged_note ~* '^\s*(false|real|误报|属实)'
    union all
    select cases.alarm, case_step.at, case_step.who, substring(case_step.says ->> 'en' from ': *((?:false|real|误报|属实).*)$')
    from hub.case_step join hub.cases on cases.id = case_step.cases
    where cases.alarm is not null and case_step.who <> 'hub' and case_step.what in ('checking', 'closed', 'added')
        and case_step.says ->> 'en' ~* ': *(false|real|误报|属实)'
), first as (
    select distinct on (alarm) * from word order by alarm, at
), taken as (
    insert into traffic.incident_feedback (alarm, lane, kind, was_real, lasted_s, at, who, note)
    select alarm.id, alarm.entity, alarm.rule, not (first.note ~* '^\s*(false|误报)'),
        extract(epoch from coalesce(alarm.cleared, first.at) - alarm.raised), first.at, first.who, first.note
    from first join hub.alarm on alarm.id = first.alarm
    where alarm.rule in ('stopped_vehicle', 'blocked_lane', 'wrong_way', 'sudden_queue')
    on conflict (alarm) do nothing returning lane, kind, was_real, lasted_s, at
)
select entity.id as lane, taken.kind, taken.was_real, taken.lasted_s, taken.at from taken join hub.entity on entity.number = taken.lane

-- name: counted_events
-- Each event of each controller by how often it came, and each controller by the quarters of an hour in which it spoke.
select series.entity as crossing, reading.value::bigint as packed, count(reading.value) as times, min(reading.time) as first,
    case when grouping(reading.value::bigint) = 1 then count(distinct date_bin('15 minutes', reading.time, 'epoch')) end as quarters
from hub.series left join hub.reading on reading.series = series.number and reading.time >= %(since)s and reading.time < %(until)s
where series.quantity = 'signal_event'
group by grouping sets ((series.entity, reading.value::bigint), (series.entity))
having grouping(reading.value::bigint) = 1 or reading.value::bigint is not null

-- name: forget_faults
delete from traffic.fault

-- name: put_fault
insert into traffic.fault (crossing, what, part, value, until) values (%(crossing)s, %(what)s, %(part)s, %(value)s, %(until)s)

-- name: faulty_controllers
select count(distinct crossing) as count from traffic.fault

-- name: faults_table
select traffic.called(entity.name, entity.facts) as name, case
        when part = 0 then traffic.word('controller', '信号机')
        when what = 'low_hits' then traffic.word('detector ' || part, '检测器 ' || part)
        when what = 'stuck_button' then traffic.word('button ' || part, '行人按钮 ' || part)
        else traffic.word('phase ' || part, '相位 ' || part) end as part,
    case what when 'few_records' then traffic.word(value || ' events in a day', '一日仅 ' || value || ' 条事件')
        when 'no_contact' then traffic.word('silent for ' || value || ' min', '失联 ' || value || ' 分钟')
        when 'low_hits' then traffic.word(value || ' vehicles in a day', '一日仅检测到 ' || value || ' 辆车')
        when 'stuck_button' then traffic.word('pushed ' || value || ' times', '一日按下 ' || value || ' 次')
        when 'max_outs' then traffic.word(round(100 * value) || ' %% of greens ran to their maximum', round(100 * value) || '%% 绿灯走满最大绿')
        else traffic.word(round(100 * value) || ' %% of greens were forced off', round(100 * value) || '%% 绿灯被强制截止') end as found, until
from traffic.fault join hub.entity on entity.number = fault.crossing
order by what in ('few_records', 'no_contact') desc, what, entity.id, fault.part limit 200

-- name: blind_detectors
select traffic.called(entity.name, entity.facts) as name, alarm.says, alarm.raised from hub.alarm
join hub.entity on entity.number = alarm.entity
where alarm.cleared is null and alarm.rule in ('dark_detector', 'frozen_detector', 'detector_silent')
order by alarm.raised desc, alarm.id limit 200

-- name: blind_detectors_count
select count(*) as count from hub.alarm where cleared is null and rule in ('dark_detector', 'frozen_detector', 'detector_silent')

-- name: put_own_plan
insert into traffic.own_plan (crossing, plan, cycle_s, offset_s, splits_s, who, at)
values (%(crossing)s, %(plan)s, %(cycle_s)s, %(offset_s)s, %(splits_s)s, %(who)s, %(at)s)
on conflict (crossing, plan) do update set cycle_s = excluded.cycle_s, offset_s = excluded.offset_s,
    splits_s = excluded.splits_s, who = excluded.who, at = excluded.at

-- name: put_own_hours
with gone as (
    delete from traffic.own_hours where crossing = %(crossing)s and day_kind = %(day_kind)s
        and starts_min <> all (%(starts)s::int[])
)
insert into traffic.own_hours (crossing, day_kind, starts_min, plan, who)
select %(crossing)s, %(day_kind)s, starts_min, plan, %(who)s
from unnest(%(starts)s::int[], %(plans)s::text[]) as told (starts_min, plan)
on conflict (crossing, day_kind, starts_min) do update set plan = excluded.plan, who = excluded.who

-- name: own_plans_table
select traffic.called(entity.name, entity.facts) as name, traffic.plan_called(plan) as plan, cycle_s, offset_s,
    array_to_string(splits_s, ' · ') as splits, who, at
from traffic.own_plan join hub.entity on entity.number = own_plan.crossing order by at desc, entity.id, plan limit 200

-- name: own_hours_table
select traffic.called(entity.name, entity.facts) as name, traffic.day_called(day_kind) as day_kind,
    string_agg(lpad((starts_min / 60)::text, 2, '0') || ':' || lpad((starts_min %% 60)::text, 2, '0') || ' ' || plan, ', ' order by starts_min) as hours,
    max(who) as who
from traffic.own_hours join hub.entity on entity.number = own_hours.crossing
group by entity.id, entity.name, entity.facts, day_kind order by entity.id, day_kind

-- name: plan_names
-- Plans that may be asked for: the usual ones first, then those that volumes or an engineer gave.
select plan as value, traffic.plan_called(plan) as label from (
    select plan, row_number() over () as place from unnest(array['night', 'day', 'peak']) usual (plan)
    union all
    select plan, 9 from (select plan from traffic.own_plan union select plan from traffic.timetable) own
    where plan not in ('night', 'day', 'peak')
) known order by place, plan limit 300

-- name: running_changes
select plan_change.id::text as value, jsonb_build_object(
    'en', coalesce(traffic.called(entity.name, entity.facts) ->> 'en', 'all crossings') || ': ' || plan || ', ' || reason,
    'zh', coalesce(entity.name, '全部路口') || '：' || plan || '，' || reason) as label
from traffic.plan_change left join hub.entity on entity.number = plan_change.crossing
where ends > %(now)s order by begins desc

-- name: end_change
-- One that has not begun is as if it had never been said.
with gone as (
    delete from traffic.plan_change where id = %(change)s and begins >= %(at)s returning plan
), ended as (
    update traffic.plan_change set ends = %(at)s where id = %(change)s and begins < %(at)s and ends > %(at)s returning plan
)
select plan from gone union all select plan from ended

-- name: shape_of_crossing
select crossing.number, crossing.id, crossing.name, crossing.facts, lane.facts as lane_facts
from hub.entity crossing left join hub.entity lane
    on lane.kind = 'detector' and 'crossing/' || (lane.facts ->> 'crossing') = crossing.id and lane.facts ?| array['lane', 'walk']
where crossing.id = %(crossing)s order by lane.id

-- name: lane_choices
select id as value, traffic.called(name, facts) as label from hub.entity
where kind = 'detector' and facts ? 'lane' order by facts ->> 'crossing', substring(facts ->> 'lane' from '^\d{1,9}$')::int

-- name: lane_by_id
select number, id, name, lon, lat, department, kind, facts from hub.entity where id = %(lane)s and kind = 'detector' and facts ? 'lane'

-- name: crossing_of_number
select id from hub.entity where kind = 'crossing' and facts ->> 'number' = %(number)s::text

-- name: put_works
insert into traffic.works (lane, begins, ends, reason, who)
select number, %(begins)s, %(ends)s, %(reason)s, %(who)s from hub.entity where id = %(lane)s

-- name: works_of_lane
select reason from traffic.works join hub.entity on entity.number = works.lane
where entity.id = %(lane)s and begins <= %(at)s and ends > %(at)s limit 1

-- name: works_table
select traffic.called(entity.name, entity.facts) as name, works.begins, works.ends, works.reason, works.who
from traffic.works join hub.entity on entity.number = works.lane order by works.ends desc limit 100

-- name: works_on_map
select works.id::text as id, traffic.called(entity.name, entity.facts) as name,
    coalesce(entity.lon, crossing.lon) as lon, coalesce(entity.lat, crossing.lat) as lat, null::float8 as value, 'works' as state
from traffic.works join hub.entity on entity.number = works.lane
left join hub.entity crossing on crossing.id = 'crossing/' || (entity.facts ->> 'crossing')
where begins <= %(now)s and ends > %(now)s and coalesce(entity.lon, crossing.lon) is not null

-- name: crossings_table
-- Every crossing with what is known of it, and when its lights and events were told last.
with told as (
    select lane.facts ->> 'crossing' as crossing, count(distinct lane.number) filter (where lane.facts ? 'lane') as lanes,
        max(latest.time) filter (where series.quantity = 'light') as lights,
        max(latest.time) filter (where series.quantity in ('queue', 'volume', 'track')) as traffic
    from hub.entity lane left join hub.series on series.entity = lane.number and series.quantity in ('light', 'queue', 'volume', 'track')
    left join hub.latest on latest.series = series.number
    where lane.kind = 'detector' group by 1
), logged as (
    select series.entity, latest.time from hub.series join hub.latest on latest.series = series.number where series.quantity = 'signal_event'
)
select traffic.called(crossing.name, crossing.facts) as name, crossing.id, crossing.facts ->> 'number' as number, told.lanes,
    told.lights, told.traffic, logged.time as events
from hub.entity crossing left join told on told.crossing = split_part(crossing.id, '/', 2)
left join logged on logged.entity = crossing.number
where crossing.kind = 'crossing' order by date_trunc('minute', greatest(told.lights, told.traffic, logged.time)) nulls first, crossing.id limit 300

-- name: controller_measures
-- Every measure, those that somebody tells first, each for the last quarter of an hour that has it.
with asked as (
    select * from jsonb_to_recordset(%(titles)s::jsonb) as title (name text, en text, zh text, unit text, summed boolean)
), newest as (
    select name, date_bin('15 minutes', max(time), 'epoch') as time from traffic.measure
    where time > (select max(time) from traffic.measure) - interval '1 day' group by name
)
select traffic.word(asked.en, asked.zh) as title, asked.unit,
    round((case when summed then sum(measure.value) else avg(measure.value) end)::numeric, 1)::float8 as value,
    case when newest.time is null then traffic.word('nobody has told it within a day', '一日内无上报') when summed then traffic.word('sum', '合计')
        else traffic.word('mean', '平均') end as how,
    count(distinct measure.crossing) as crossings, newest.time
from asked left join newest using (name)
left join traffic.measure on measure.name = asked.name and measure.time >= newest.time and measure.time < newest.time + interval '15 minutes'
group by asked.name, asked.en, asked.zh, asked.unit, summed, newest.time order by newest.time is null, asked.en

-- name: controller_choices
select title.name as value, traffic.word(title.en || coalesce(' (' || nullif(title.unit, '') || ')', ''), title.zh || coalesce('（' || nullif(title.unit, '') || '）', '')) as label
from jsonb_to_recordset(%(titles)s::jsonb) as title (name text, en text, zh text, unit text)
where exists (select from traffic.measure where measure.name = title.name and time > (select max(time) from traffic.measure) - interval '1 day')
order by title.en

-- name: controller_history
with chosen as (
    select title.name, title.summed from jsonb_to_recordset(%(titles)s::jsonb) as title (name text, en text, summed boolean)
    where exists (select from traffic.measure where measure.name = title.name and time > (select max(time) from traffic.measure) - interval '1 day')
    order by (title.name = %(chosen)s) desc, title.en limit 1
)
select date_bin('15 minutes', measure.time, 'epoch') as time, traffic.called(entity.name, entity.facts) as name,
    case when chosen.summed then sum(measure.value) else avg(measure.value) end as value
from chosen join traffic.measure using (name) join hub.entity on entity.number = measure.crossing
where measure.time > (select max(time) from traffic.measure) - interval '1 day'
group by 1, entity.number, chosen.summed order by 1, entity.id
