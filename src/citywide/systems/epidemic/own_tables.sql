-- name: take_reports
with new as (
    select series.entity, named.kind, reading.time, reading.value, reading.received,
        extract(microseconds from time)::bigint %% 1000000 as late
    from hub.reading join hub.series on series.number = reading.series
    join unnest(%(quantities)s::text[], %(kinds)s::text[]) as named (quantity, kind) on named.quantity = series.quantity
    where reading.received > (select received from epidemic.taken)
), kept as (
    insert into epidemic.report (place, kind, day, reported, count)
    select distinct on (1, 2, 3, 4) entity, kind,  -- `feeds.stamp` says what `late` is; without it the time is the day's
        (time at time zone case when late > 0 then 'UTC' else %(zone)s end)::date,
        case when late > 0 then date_trunc('second', time) + interval '1 hour' * (late - 15)
             else to_timestamp(received / 1e6) end, value
    from new on conflict do nothing
)
update epidemic.taken
set received = greatest(received, coalesce((select max(received) from new), 0)), zone = %(zone)s, minimum = %(minimum)s
returning (select count(*) from new) as new

-- name: take_told
-- Residents' own words: how many told the hotline of illness each day, by the hospital nearest to them
with said as (
    select cases.lon, cases.lat, (step.at at time zone %(zone)s)::date as day
    from hub.case_step step join hub.cases on cases.id = step.cases
    where step.what in ('opened', 'joined') and cases.reporters > 0 and cases.lon is not null
      and cases.details ~* %(words)s and step.at >= %(now)s - interval '3 days' and step.at <= %(now)s
), days as (select generate_series(-3, -1) + (%(now)s at time zone %(zone)s)::date as day),
hospitals as (select number, lon, lat from hub.entity where kind = 'hospital' and lon is not null),
heard as (
    select (select number from hospitals order by hub.metres(hospitals.lon, hospitals.lat, said.lon, said.lat) limit 1)
        as place, day from said
), counts as (
    select hospitals.number as place, days.day,
        (select count(*) from heard where heard.place = hospitals.number and heard.day = days.day) as count
    from hospitals cross join days
)
insert into epidemic.report (place, kind, day, reported, count)
select place, 'told', day, %(now)s, count from counts where not exists (
    select from epidemic.report where report.place = counts.place and report.kind = 'told' and report.day = counts.day)

-- name: places
select number, id, name, lon, lat, kind, coalesce(facts ->> 'district', '') as district
from hub.entity where kind = any (%(kinds)s) order by number

-- name: reports
select place, kind, day - date '1970-01-01' as day, (extract(epoch from reported) * 1e6)::bigint as reported, count
from epidemic.report where kind = any (%(kinds)s) and day >= %(since)s and reported <= %(now)s
order by reported

-- name: kinds_of_places
select id, kind from hub.entity where id = any (%(ids)s)

-- name: watched_up_to
select max(day) as day from epidemic.signal

-- name: false_alarm_rate
select (value #>> '{}')::float8 as rate from hub.setting where name = 'epidemic.false_alarm_rate'

-- name: set_false_alarm_rate
insert into hub.setting (name, value) values ('epidemic.false_alarm_rate', to_jsonb(%(rate)s::float8))
on conflict (name) do update set value = excluded.value

-- name: put_signal
insert into epidemic.signal (place, kind, day, observed, expected, weeks, p_value, ringing, says)
values (%(place)s, %(kind)s, %(day)s, %(observed)s, %(expected)s, %(weeks)s, %(p_value)s, %(ringing)s, %(says)s)
on conflict (place, kind, day) do update set observed = excluded.observed, expected = excluded.expected,
    weeks = excluded.weeks, p_value = excluded.p_value, ringing = excluded.ringing, says = excluded.says

-- name: rang_before
select place, kind from epidemic.signal
where ringing and day = (select max(day) from epidemic.signal where day < %(day)s)

-- name: forget_signals
delete from epidemic.signal where day < %(day)s::date - 400

-- name: forget_set_aside
delete from epidemic.set_aside where place = any (%(places)s)

-- name: put_set_aside
insert into epidemic.set_aside (place, kind, week, why) values (%(place)s, %(kind)s, %(week)s, %(why)s)
on conflict do nothing

-- name: signal_of_alarm
select says, observed, expected, weeks, p_value, day::text from epidemic.signal
join hub.entity on entity.number = signal.place
where entity.id = %(entity)s and signal.kind = %(kind)s order by day desc limit 1

-- name: waiting_reports
create temporary table waiting (place text, kind text, day date, reported timestamptz, count float8) on commit drop

-- name: put_reports
insert into epidemic.report (place, kind, day, reported, count)
select number, waiting.kind, day, reported, count from waiting join hub.entity on entity.id = waiting.place
on conflict do nothing

-- name: known_references
select reference, person::text from epidemic.known_person where reference = any (%(references)s)

-- name: know_persons
insert into epidemic.known_person (reference, person)
select * from unnest(%(references)s::text[], %(persons)s::uuid[]) on conflict do nothing

-- name: put_patient
insert into epidemic.patient (person, kind, hospital, onset, reported, sequence)
select person, %(kind)s, entity.number, %(onset)s, %(reported)s, %(sequence)s
from epidemic.known_person, hub.entity where reference = %(reference)s and entity.id = %(hospital)s
on conflict (person, kind) do update set onset = excluded.onset, hospital = excluded.hospital,
    sequence = coalesce(excluded.sequence, patient.sequence)

-- name: trace_anew
-- What is known of patients already traced has grown: nought patients count as analysed
update epidemic.analysed set patient = 0

-- name: put_place
insert into epidemic.place (place, name, lon, lat) values (%(place)s, %(name)s, %(lon)s, %(lat)s)
on conflict (place) do update set name = excluded.name, lon = excluded.lon, lat = excluded.lat

-- name: put_presences
insert into epidemic.presence (person, day, context, place, present)
select known_person.person, day, context, place, present
from unnest(%(reference)s::text[], %(day)s::date[], %(context)s::smallint[], %(place)s::text[], %(present)s::int[])
    as said (reference, day, context, place, present) join epidemic.known_person using (reference)
on conflict do nothing

-- name: patients
select number, person, kind, hospital, onset - date '1970-01-01' as onset, sequence from epidemic.patient
where kind = %(kind)s and onset >= %(since)s order by number

-- name: kinds_with_patients
select kind, count(*) as count, max(number) as newest from epidemic.patient where onset >= %(since)s group by kind

-- name: presences
select presence.person, presence.day - date '1970-01-01' as day, presence.context, presence.place, presence.present
from epidemic.presence where day >= %(since)s

-- name: presences_of_patients
select presence.person, presence.day - date '1970-01-01' as day, presence.context, presence.place, presence.present
from epidemic.presence where day >= %(since)s
  and person in (select person from epidemic.patient where kind = %(kind)s and onset >= %(since)s)

-- name: names_of_places
select place, name from epidemic.place where place = any (%(places)s)

-- name: forget_transmission
delete from epidemic.transmission where kind = %(kind)s

-- name: put_transmission
insert into epidemic.transmission (kind, patient, infector, chance, context, place, onset, hospital, lane)
values (%(kind)s, %(patient)s, %(infector)s, %(chance)s, %(context)s, %(place)s, %(onset)s, %(hospital)s, %(lane)s)

-- name: traced_up_to
select max(patient) as newest from epidemic.transmission where kind = %(kind)s

-- name: forget_presences
delete from epidemic.presence where day < %(day)s

-- name: people_nobody_needs
with gone as (
    select person from epidemic.known_person
    where not exists (select from epidemic.presence where presence.person = known_person.person)
      and not exists (select from epidemic.patient where patient.person = known_person.person
                      and patient.onset >= %(day)s)
)
delete from people.person where id in (select person from gone)

-- name: forecasts_made
select reference, state from epidemic.forecast_made where kind = %(kind)s order by reference desc limit %(most)s

-- name: put_forecast_made
insert into epidemic.forecast_made (kind, reference, known, made, weights, coverage95, problems, state)
values (%(kind)s, %(reference)s, %(known)s, %(made)s, %(weights)s, %(coverage95)s, %(problems)s, %(state)s)

-- name: put_forecast
insert into epidemic.forecast (kind, reference, place, week, horizon, quantiles)
values (%(kind)s, %(reference)s, %(place)s, %(week)s, %(horizon)s, %(quantiles)s)

-- name: forecasts_to_score
select reference, place, week, horizon, quantiles from epidemic.forecast
where kind = %(kind)s and week <= %(week)s and not exists (
    select from epidemic.score where score.kind = forecast.kind and score.reference = forecast.reference
      and score.place = forecast.place and score.week = forecast.week)
order by reference, place, week

-- name: put_score
insert into epidemic.score (kind, reference, place, week, observed, wis, log_wis, wis_unchanged, in50, in95, scored)
values (%(kind)s, %(reference)s, %(place)s, %(week)s, %(observed)s, %(wis)s, %(log_wis)s, %(wis_unchanged)s,
    %(in50)s, %(in95)s, %(scored)s)
on conflict do nothing

-- name: forget_nowcast
delete from epidemic.nowcast where kind = %(kind)s

-- name: put_nowcast
insert into epidemic.nowcast (kind, place, week, reported, expected, low, high)
values (%(kind)s, %(place)s, %(week)s, %(reported)s, %(expected)s, %(low)s, %(high)s)

-- name: forget_rt
delete from epidemic.rt where kind = %(kind)s

-- name: put_rt
insert into epidemic.rt (kind, day, low95, low50, median, high50, high95, seen)
values (%(kind)s, %(day)s, %(low95)s, %(low50)s, %(median)s, %(high50)s, %(high95)s, %(seen)s)

-- name: shown_up_to
select max(week) as week from epidemic.shown_week

-- name: put_shown_week
insert into epidemic.shown_week (kind, week, district, people) values (%(kind)s, %(week)s, %(district)s, %(people)s)
on conflict (kind, week, district) do update set people = excluded.people

-- name: analysed
select day, patient, (select max(day) from epidemic.signal) as watched,
    (select coalesce(max(number), 0) from epidemic.patient) as newest,
    (select max(reference) from epidemic.forecast_made) as forecast
from epidemic.analysed

-- name: now_analysed
update epidemic.analysed
set day = %(day)s, patient = case when patient = %(was)s then %(patient)s else patient end

-- name: onsets
select onset, reported from epidemic.patient where kind = %(kind)s and onset >= %(since)s

-- name: newest_forecast
select place, week, horizon, quantiles from epidemic.forecast
where kind = %(kind)s and reference = (select max(reference) from epidemic.forecast_made where kind = %(kind)s)

-- name: beds_of_districts
select coalesce(facts ->> 'district', name) as district, sum(coalesce((facts ->> 'beds')::float8, 100)) as beds
from hub.entity where kind = 'hospital' group by 1

-- name: put_allocation
insert into epidemic.allocation (made, by, what, available, says)
values (%(made)s, %(by)s, %(what)s, %(available)s, %(says)s) returning number

-- name: put_allocated
insert into epidemic.allocated (allocation, place, week, at_hand, sent, need_median, need_high, short_chance, says)
values (%(allocation)s, %(place)s, %(week)s, %(at_hand)s, %(sent)s, %(need_median)s, %(need_high)s, %(short_chance)s,
    %(says)s)
