-- name: gauges
select number, id, lon, lat from hub.entity where kind = %(kind)s order by number

-- name: slots
select distinct on (series.entity, slot) series.entity,
    date_bin('5 minutes', reading.time - interval '1 microsecond', 'epoch') as slot, reading.value
from hub.series join hub.reading on reading.series = series.number
where series.quantity = %(quantity)s and reading.time > %(since)s and reading.time <= %(until)s
    and series.entity in (select number from hub.entity where kind = case %(quantity)s when 'rain' then 'rain_gauge' else 'gauge' end)
order by series.entity, slot, reading.time desc

-- name: kept_forecaster
select at, gauges, state from waterlogging.forecaster where name = 'depth'

-- name: keep_forecaster
insert into waterlogging.forecaster (name, at, gauges, state) values ('depth', %(at)s, %(gauges)s, %(state)s)
on conflict (name) do update set at = excluded.at, gauges = excluded.gauges, state = excluded.state
