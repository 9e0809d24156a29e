-- name: take_reports
with new as (
    select series.entity, series.quantity, reading.time, reading.value, reading.received
    from hub.reading join hub.series on series.number = reading.series
    where reading.received > (select received from epidemic.taken) and series.quantity like 'visits\_%%'
), kept as (
    insert into epidemic.report (place, kind, day, reported, count)
    select distinct on (1, 2, 3, 4) entity, substr(quantity, 8), (time at time zone %(zone)s)::date,
        case when extract(microseconds from time)::bigint %% 1000000 > 0
             then date_trunc('second', time) + interval '1 hour' * (extract(microseconds from time)::bigint %% 1000000)
             else to_timestamp(received / 1e6) end, value
    from new on conflict do nothing
)
update epidemic.taken set received = greatest(received, coalesce((select max(received) from new), 0))

-- name: hospitals
select number, id, name, lon, lat from hub.entity where kind = 'hospital' order by number

-- name: days_as_known
-- Every day as it was known when its week was watched, so that late reports make no week look quiet beside others
with limits as (
    select *, %(newest)s::date - 7 * ((%(newest)s::date - day) / 7) as week_end from epidemic.report
    where day <= %(newest)s and reported <= %(now)s
), placed as (
    select *, (week_end + 1)::timestamp at time zone %(zone)s + %(wait)s as watched from limits
)
select distinct on (place, kind, day) place, kind, day, count from placed
order by place, kind, day, reported > watched, abs(extract(epoch from reported - watched))

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
delete from epidemic.set_aside

-- name: put_set_aside
insert into epidemic.set_aside (place, kind, week, why) values (%(place)s, %(kind)s, %(week)s, %(why)s)
on conflict do nothing

-- name: signal_of_alarm
select says, observed, expected, weeks, p_value, day::text from epidemic.signal
join hub.entity on entity.number = signal.place
where entity.id = %(entity)s and signal.kind = %(kind)s order by day desc limit 1
