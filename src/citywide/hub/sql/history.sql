-- name: count_readings
select coalesce(sum(rows), 0)::bigint as rows from hub.day

-- name: series_of_entities
select series.number, entity.id from hub.entity join hub.series on series.entity = entity.number
where entity.id = any(%(ids)s) and series.quantity = %(quantity)s order by entity.id

-- name: readings_of_series
select (extract(epoch from time) * 1000000)::bigint, value from hub.reading
where series = %(series)s and time between %(begin)s and %(end)s order by time

-- name: put_archive
insert into hub.archive (day, file, rows, sha256) values (%(day)s, %(file)s, %(rows)s, %(sha256)s)

-- name: archives_between
select file from hub.archive where day between %(begin)s::date and %(end)s::date order by day
