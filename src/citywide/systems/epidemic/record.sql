-- name: take_reports
with new as (
    select series.entity, named.kind, reading.time, reading.value, reading.received
    from hub.reading join hub.series on series.number = reading.series
    join unnest(%(quantities)s::text[], %(kinds)s::text[]) as named (quantity, kind) on named.quantity = series.quantity
    where reading.received > (select received from epidemic.taken)
), kept as (
    insert into epidemic.report (place, kind, day, reported, count)
    select distinct on (1, 2, 3, 4) entity, kind, (time at time zone %(zone)s)::date,
        case when extract(microseconds from time)::bigint %% 1000000 > 0
             then date_trunc('second', time) + interval '1 hour' * (extract(microseconds from time)::bigint %% 1000000)
             else to_timestamp(received / 1e6) end, value
    from new on conflict do nothing
)
update epidemic.taken set received = greatest(received, coalesce((select max(received) from new), 0))
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

-- name: watched_up_to
select max(day) as day from epidemic.signal

-- name: newest_report
select max(day) as day from epidemic.report

-- name: false_alarm_rate
select (value #>> '{}')::float8 as rate from hub.setting where name = 'epidemic.false_alarm_rate'

-- name: put_signal
insert into epidemic.signal (place, kind, day, observed, expected, weeks, p_value, ringing, says)
values (%(place)s, %(kind)s, %(day)s, %(observed)s, %(expected)s, %(weeks)s, %(p_value)s, %(ringing)s, %(says)s)
on conflict (place, kind, day) do update set observed = excluded.observed, expected = excluded.expected,
    weeks = excluded.weeks, p_value = excluded.p_value, ringing = excluded.ringing, says = excluded.says

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
