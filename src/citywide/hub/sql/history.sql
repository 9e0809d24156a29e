-- name: count_readings
select coalesce(sum(rows), 0)::bigint as rows from hub.day

-- name: series_of_entities
select series.number, entity.id from hub.entity join hub.series on series.entity = entity.number
where entity.id = any(%(ids)s) and series.quantity = %(quantity)s order by entity.id

-- name: readings_of_series
select series, (extract(epoch from time) * 1000000)::bigint, value from hub.reading
where series = any(%(series)s) and time between %(begin)s and %(end)s order by time

-- name: put_archive
insert into hub.archive (day, file, rows, sha256) values (%(day)s, %(file)s, %(rows)s, %(sha256)s)
on conflict (day) do update set file = excluded.file, rows = excluded.rows, sha256 = excluded.sha256

-- name: archive_of_day
select file from hub.archive where day = %(day)s

-- name: archive_files
select file from hub.archive

-- name: archives_between
select file from hub.archive
where day between (%(begin)s::timestamptz at time zone 'UTC')::date and (%(end)s::timestamptz at time zone 'UTC')::date
order by day

-- name: archives_of_days
select file from hub.archive where day = any(%(days)s)

-- name: pages_of
select (pg_relation_size(%(table)s::regclass) / current_setting('block_size')::int)::int

-- name: counted_of_day
select coalesce(sum(rows), 0)::bigint from hub.day where day = %(day)s

-- name: true_up_day
insert into hub.day (day, worker, rows)
select %(day)s, 'archive', %(rows)s - coalesce(sum(rows), 0) from hub.day where day = %(day)s
on conflict (day, worker) do update set rows = hub.day.rows + excluded.rows

-- name: readings_of_day
select series, (extract(epoch from time) * 1000000)::bigint, value, received from hub.reading
where time >= %(day)s::date::timestamp at time zone 'UTC'
    and time < (%(day)s::date + 1)::timestamp at time zone 'UTC'
order by series, time

-- name: closed_days_to_summarise
select day, sum(rows)::bigint as rows from hub.day where day < %(today)s
group by day having sum(rows) <> coalesce((select rows from hub.summarised where summarised.day = day.day), -1)
order by day

-- name: forget_hours
delete from hub.hour where time >= %(day)s::date::timestamp at time zone 'UTC'
    and time < (%(day)s::date + 1)::timestamp at time zone 'UTC'

-- name: put_hours
insert into hub.hour (series, time, low, high, mean, rows)
select series, date_bin('1 hour', time, 'epoch'), min(value), max(value), avg(value), count(*)
from hub.reading where time >= %(day)s::date::timestamp at time zone 'UTC'
    and time < (%(day)s::date + 1)::timestamp at time zone 'UTC'
group by 1, 2

-- name: hour_draft
create temp table hour_draft (series int, time timestamptz, low float8, high float8, mean float8, rows int) on commit drop

-- name: put_drafted_hours
insert into hub.hour (series, time, low, high, mean, rows) select series, time, low, high, mean, rows from hour_draft

-- name: put_summarised
insert into hub.summarised (day, rows) values (%(day)s, %(rows)s)
on conflict (day) do update set rows = excluded.rows

-- name: summarised_until
select (max(day) + 1)::timestamp at time zone 'UTC' from hub.summarised

-- name: hours_of_series
select series, (extract(epoch from time) * 1000000)::bigint, unnest(array[low, high]) from hub.hour
where series = any(%(series)s) and time >= %(begin)s and time < %(end)s order by time
