from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from citywide.demo.land import make_city
from citywide.hub.simulated.twin import Order, Weather
from citywide.systems.waterlogging.simulated.underpass import sump_share
from citywide.systems.waterlogging.twin import WaterTwin

START = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)
CITY = make_city(4, 100_000)


@pytest.fixture
def twin():
    return WaterTwin(CITY.plan)


def rain(twin, minutes, mm, orders=list):
    """So many minutes of even rain; every reading, and every answer of a unit."""
    weather, said, answers = Weather(np.full(len(CITY.plan.places), mm), 20.0), [], []
    began = getattr(twin, "clock", START)
    for half_minute in range(2 * minutes):
        twin.clock = began + timedelta(seconds=30 * (half_minute + 1))
        said += twin.step(twin.clock, 30.0, weather)
        answers += twin.obey(orders(), twin.clock)
    return said, answers


def test_no_drop_is_lost_between_the_sky_and_the_city(twin):
    rain(twin, 60, 5.0)
    rain(twin, 60, 0.0)
    water, flows = twin.water, twin.flows
    held = (water.upper + water.lower + water.road + water.stored).sum()
    gone = flows["soaked"] + flows["pumped"] + flows["drained"] + flows["spilled"]
    assert flows["rained"] > 0
    assert flows["rained"] == pytest.approx(gone + held, rel=1e-9)


def test_gauges_say_once_a_minute_what_is_true_to_a_few_millimetres(twin):
    said, _ = rain(twin, 40, 5.0)
    depths = [reading for reading in said if reading.quantity == "water_depth"]
    assert len(depths) == 40 * len(twin.gauges)
    newest = {reading.entity: reading.value for reading in depths if reading.time == twin.clock}
    for gauge, depth in zip(twin.gauges, twin.depth_cm.tolist(), strict=True):
        assert newest[gauge.id] == pytest.approx(depth, abs=0.3)


def test_stations_say_how_full_their_sumps_are_and_whose_pumps_run_and_are_not_always_heard(twin):
    said, _ = rain(twin, 40, 2.0)
    levels, pumps = ([r for r in said if r.quantity == name] for name in ("sump_level", "pumps_running"))
    assert 0.9 * 40 * len(twin.gauges) < len(levels) == len(pumps) < 40 * len(twin.gauges)
    newest = {reading.entity: reading.value for reading in levels if reading.time == twin.clock}
    for gauge, share in zip(twin.gauges, sump_share(twin.sites, twin.water).tolist(), strict=True):
        assert newest.get(gauge.id, 100 * share) == pytest.approx(100 * share, abs=5)
    running = {reading.entity: reading.value for reading in pumps if reading.time == twin.clock}
    for gauge, runs in zip(twin.gauges, twin.water.pumping.tolist(), strict=True):
        assert running.get(gauge.id, 100 * runs) == 100 * runs


def test_rain_gauges_count_every_drop(twin):
    said, _ = rain(twin, 60, 1.23)
    fell = [reading.value for reading in said if reading.entity == twin.rain_gauges[0].id]
    assert len(fell) == 12
    assert sum(fell) == pytest.approx(12 * 1.23, abs=0.1)


def test_a_flood_begins_at_ten_centimetres_and_ends_below_seven(twin):
    rain(twin, 60, 6.0)
    standing = {event.entity for event in twin.truth() if event.ended is None}
    assert {gauge.id for gauge, depth in zip(twin.gauges, twin.depth_cm, strict=True) if depth >= 10} <= standing
    rain(twin, 24 * 60, 0.0)
    assert twin.truth()
    assert all(event.ended and event.began < event.ended for event in twin.truth())


def test_a_crew_drives_to_its_order_starts_there_pumps_and_goes_home(twin):
    crew, number = twin.crews[0], 0
    gauge = twin.gauges[number]
    orders = [Order(7, crew.id, gauge.place, gauge.id, "assigned")]
    said, answers = rain(twin, 40, 6.0, lambda: orders)
    assert answers[0].act == "start"
    assert crew.at.distance_m(gauge.place) < 1
    assert crew.pumping_at == gauge.id
    path = [reading for reading in said if reading.entity == crew.id]
    assert len(path) > 4
    rain(twin, 60, 0.0)
    assert crew.at.distance_m(crew.depot) < 1
    assert crew.pumping_at is None


def test_a_pumping_crew_makes_the_water_lower(twin):
    alone = WaterTwin(CITY.plan)
    deepest = [twin, alone]
    for each in deepest:
        rain(each, 60, 4.0)
    number = int(np.argmax(twin.depth_cm))
    gauge, crew = twin.gauges[number], twin.crews[0]
    orders = [Order(7, crew.id, gauge.place, gauge.id, "working")]
    rain(twin, 60, 0.0, lambda: orders)
    rain(alone, 60, 0.0)
    assert twin.depth_cm[number] < alone.depth_cm[number]
