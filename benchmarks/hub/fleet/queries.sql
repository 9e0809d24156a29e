-- name: every_vehicle
select id, name, lon, lat from hub.entity where kind = 'fleet_vehicle'
