"""Pumping stations on the hub: what they say of a road that never flooded, minute by minute."""

from datetime import timedelta

import numpy as np

from citywide.hub import Entity, Point, Reading
from citywide.hub.testing import MORNING
from citywide.systems.waterlogging.duties.stations import read_minutes
from citywide.systems.waterlogging.engine.station import MINUTES
from citywide.systems.waterlogging.feeds import read_frame

FACTS = {"catchment_ha": 5.0, "sump_m3": 60, "pump_m3_per_h": 150}
ROADS = [Entity(f"gauge/{n}", "gauge", f"Road {n}", Point(106.5, 29.5), "drainage", FACTS) for n in range(3)]
SKY = Entity("rain_gauge/0", "rain_gauge", "Sky", Point(106.5, 29.5), "drainage")
RAIN = [0, 0, 2, 6, 9, 9, 9, 8]
CHANCES = """
select entity.id, series.quantity, max(reading.value) as most from hub.entity
join hub.series on series.entity = entity.number join hub.reading on reading.series = series.number
where series.quantity in ('first_flood_chance', 'flood_chance_in_60_min') and reading.time > %(since)s group by 1, 2
"""


def minute(number: int) -> list[Reading]:
    """A sump that fills, one that its pumps hold, and a road whose station says nothing."""
    now, said = MORNING + timedelta(minutes=number), list[Reading]()
    for road, full in zip(ROADS, (min(100.0, max(0.0, 10.0 * (number - 18))), 10.0 + number % 3), strict=False):
        running = 100.0 if full > 50 else 0.0
        said += [Reading(road.id, "sump_level", now, full), Reading(road.id, "pumps_running", now, running)]
    said += [Reading(road.id, "water_depth", now, 0.0) for road in ROADS]
    return said + ([Reading(SKY.id, "rain", now, RAIN[number // 5 - 1])] if number % 5 == 0 else [])


def test_a_sump_that_fills_warns_before_the_water_and_one_that_is_held_does_not(city):
    city.add(*ROADS, SKY)
    for number in range(1, 41):
        city.at(f"08:{number:02}")
        city.send(*(minute(number)))
    found = city.hub.database.rows(CHANCES, {"since": MORNING + timedelta(minutes=20)})
    most = {(row["id"], row["quantity"]): row["most"] for row in found}
    assert most["gauge/0", "first_flood_chance"] > 80 > most["gauge/1", "first_flood_chance"]
    assert ("gauge/2", "first_flood_chance") not in most
    assert most["gauge/2", "flood_chance_in_60_min"] > 0
    assert "Road 0 never flooded, but by its sump and pumps deep water is expected within the hour" in city.story()
    said = read_minutes(city.hub.database, [road.id for road in ROADS], MORNING + timedelta(minutes=41))
    assert said.level.shape == (3, MINUTES)
    assert said.level[0, -1] == 1.0
    assert np.isnan(said.level[2]).all()


def test_a_frame_may_say_how_full_the_sump_is_and_how_many_pumps_run():
    said = list(read_frame("gauge/elm-street/frame", b"D=0.4;S=83;P=50;T=1767225600"))
    assert [(each.quantity, each.value, each.unit) for each in said] == [
        ("water_depth", 0.4, "cm"),
        ("sump_level", 83.0, "%"),
        ("pumps_running", 50.0, "%"),
    ]
