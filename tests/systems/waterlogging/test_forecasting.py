"""Forecasts on the hub: they come every five minutes, and a restart forgets nothing."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from msgspec import structs

from citywide.hub import Entity, Point, Reading
from citywide.hub.people.who import Who
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.waterlogging import SYSTEM
from citywide.systems.waterlogging.duties import slots as in_slots
from citywide.systems.waterlogging.duties.arrays import to_bytes
from citywide.systems.waterlogging.duties.forecasting import UNSETTLED, Stations, forecast, packed, readings, unpacked
from citywide.systems.waterlogging.duties.plans import plans_known
from citywide.systems.waterlogging.duties.slots import Record, Slots, all_gauges, slot_of
from citywide.systems.waterlogging.engine.ahead import Forecast
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.pages import DEVICES

GAUGES = [Entity(f"gauge/{n}", "gauge", f"Gauge {n}", Point(106.5 + n / 100, 29.5), "drainage") for n in range(3)]
STATIONS = [
    Entity(f"rain_gauge/{n}", "rain_gauge", f"Sky {n}", Point(106.5 + n / 50, 29.5), "drainage") for n in range(2)
]
RAIN = [0, 0, 2, 6, 9, 7, 3, 1, 0, 0, 0, 0]
DEPTH = [0, 0, 0, 1, 5, 12, 20, 26, 27, 25, 22, 18]


def an_hour(city: TrialCity, first: int = 0, last: int = 12, late: timedelta = timedelta(0)) -> None:
    """Slots whose last readings come a moment after the clock has struck, or the rain as late as that."""
    rains = [Reading(sky.id, "rain", _end(slot), RAIN[slot]) for slot in range(first, last) for sky in STATIONS]
    for minute in range(5 * first + 5, 5 * last + 2):
        now = MORNING + timedelta(minutes=minute)
        city.at(f"{8 + minute // 60:02}:{minute % 60:02}")
        depths = [Reading(gauge.id, "water_depth", now, DEPTH[minute // 5 - 1]) for gauge in GAUGES]
        city.send(*(depths if minute % 5 == 0 else ()), *(fell for fell in rains if fell.time + late == now))


def _end(slot: int) -> datetime:
    return MORNING + timedelta(minutes=5 * (slot + 1))


def states(city: TrialCity) -> dict:
    (row,) = city.hub.database.rows("select gauges, state from waterlogging.forecaster where name = 'depth'")
    return unpacked(row["state"], row["gauges"], row["gauges"]).state()


def test_slots_hold_the_last_word_of_each_five_minutes_and_the_nearest_rain(city):
    city.add(*GAUGES, *STATIONS)
    an_hour(city)
    record, gauges = Record(city.hub.database, MORNING, MORNING + timedelta(hours=1)), all_gauges(city.hub.database)
    slots = record.of(gauges)
    assert slots.gauges == [gauge.id for gauge in GAUGES]
    assert np.array_equal(slots.depth, np.tile(np.array(DEPTH, float), (3, 1)))
    assert np.array_equal(slots.rain, np.tile(np.array(RAIN, float), (3, 1)))
    lags = record.lags(gauges)
    assert lags == pytest.approx(np.zeros((3, 12)), abs=1)


def test_a_slot_begins_with_the_clock():
    assert slot_of(MORNING + timedelta(minutes=14, seconds=59)) == MORNING + timedelta(minutes=10)


def test_forecasts_are_readings_and_warn_before_the_water(city):
    city.add(*GAUGES, *STATIONS)
    an_hour(city)
    said = city.hub.database.rows("select quantity, value from hub.series join hub.latest on series = number")
    by_name = {row["quantity"]: row["value"] for row in said}
    for ahead in ("water_depth_in_30_min", "water_depth_in_60_min"):
        assert by_name[f"{ahead}_low"] <= by_name[ahead] <= by_name[f"{ahead}_high"]
        assert 0 <= by_name[ahead.replace("water_depth", "flood_chance")] <= 100
    lines = city.story().splitlines()
    warned = next(at for at, line in enumerate(lines) if "expected at Gauge" in line)
    assert warned < next(at for at, line in enumerate(lines) if "cm of water" in line)


def test_nobody_is_warned_of_water_that_stands_already():
    depth = np.array([[0.0, 2.0], [9.0, 12.0]])
    slots = Slots(["gauge/0", "gauge/1"], np.zeros((2, 2)), depth, np.zeros((2, 2)))
    sure = Forecast(np.full((2, 2), 20.0), np.zeros((2, 2)), np.full((2, 2), 40.0), np.full((2, 2), 0.9))
    nobody = Stations(np.zeros(2, bool), np.zeros(2, bool))
    said = list(readings(slots, sure, nobody, MORNING))
    assert [(each.entity, each.value) for each in said if each.quantity == "flood_chance_in_60_min"] == [
        ("gauge/0", 90.0)
    ]
    assert sum(each.quantity == "water_depth_in_30_min" for each in said) == 2


def test_what_a_station_judges_is_left_to_it_and_withdrawn_where_it_judges_no_more():
    slots = Slots(["gauge/0", "gauge/1", "gauge/2"], *np.zeros((3, 3, 2)))
    likely = Forecast(*np.zeros((3, 3, 2)), np.full((3, 2), 0.9))
    stations = Stations(heard=np.array([True, True, False]), judging=np.array([True, False, False]))
    said = {
        (each.entity, each.quantity): each.value
        for each in readings(slots, likely, stations, MORNING)
        if each.quantity in ("first_flood_chance", "flood_chance_in_60_min")
    }
    assert said == {
        ("gauge/1", "first_flood_chance"): 0,
        ("gauge/1", "flood_chance_in_60_min"): 90,
        ("gauge/2", "flood_chance_in_60_min"): 90,
    }


def test_the_citys_facts_of_a_gauge_are_its_roads_plan_and_what_is_no_number_is_unknown(city):
    facts = ({"catchment_ha": 2.0, "sump_m3": 100, "pump_m3_per_h": 240}, {"catchment_ha": "two", "sump_m3": 100}, {})
    city.add(*(structs.replace(gauge, facts=each) for gauge, each in zip(GAUGES, facts, strict=True)))
    found = plans_known(city.hub.database, [gauge.id for gauge in GAUGES])
    assert np.array_equal(found.capacity, [5.0, np.nan, np.nan], equal_nan=True)
    assert np.array_equal(found.pumped, [1.0, np.nan, np.nan], equal_nan=True)


def test_a_forecaster_that_was_away_ends_where_one_that_stayed_ends(city):
    city.add(*GAUGES, *STATIONS)
    an_hour(city, 0, 1)
    an_hour(city, 1, 12)
    stayed = states(city)
    with city.hub.database.transaction() as connection:
        connection.execute("delete from waterlogging.forecaster")
    forecast(city.hub)
    settled = MORNING + timedelta(hours=1) - UNSETTLED
    slots = Record(city.hub.database, settled - timedelta(hours=12), settled).of(all_gauges(city.hub.database))
    alone = Forecaster.of(3)
    for depth, rain in zip(slots.depth.T, slots.rain.T, strict=True):
        alone.step(depth, rain)
    for name, array in states(city).items():
        assert np.array_equal(array, alone.state()[name], equal_nan=True), name
    assert stayed.keys() == alone.state().keys()


def test_rain_that_slow_links_bring_within_ten_minutes_is_learned_from_as_if_it_had_been_in_time(city):
    city.add(*GAUGES, *STATIONS)
    an_hour(city, late=timedelta(minutes=9))
    settled = MORNING + timedelta(hours=1) - UNSETTLED
    slots = Record(city.hub.database, settled - timedelta(hours=12), settled).of(all_gauges(city.hub.database))
    assert slots.rain[0, -10:].tolist() == RAIN[:10]
    assert np.array_equal(states(city)["memory.rains"][0, :10], RAIN[9::-1])


def test_what_was_learned_of_a_gauge_goes_with_it_when_others_come_and_go():
    forecaster = Forecaster.of(2)
    for depth, rain in zip(DEPTH, RAIN, strict=True):
        forecaster.step(np.array([depth, 0.0]), np.array([rain, rain], float))
    other = unpacked(packed(forecaster), ["a", "b"], ["new", "b", "a"]).state()
    for name, array in forecaster.state().items():
        assert np.array_equal(other[name][2], array[0], equal_nan=True)
        assert np.array_equal(other[name][1], array[1], equal_nan=True)
        assert np.array_equal(other[name][0], Forecaster.of(1).state()[name][0], equal_nan=True)


def test_what_an_earlier_program_kept_in_another_form_is_begun_anew():
    forecaster = Forecaster.of(1)
    for depth, rain in zip(DEPTH, RAIN, strict=True):
        forecaster.step(np.array([depth], float), np.array([rain], float))
    old = forecaster.state() | {"arms.stretch": np.full((1, 2, 2), 3.0), "arms.waited": np.array([12])}
    del old["onsets.counts"]
    again = unpacked(to_bytes(old), ["a"], ["a"]).state()
    for name in ("arms.stretch", "onsets.counts"):
        assert np.array_equal(again[name], Forecaster.of(1).state()[name], equal_nan=True)
    assert np.array_equal(again["memory.weights"], old["memory.weights"])


def test_a_gauge_that_never_spoke_is_unknown_and_not_quiet(city):
    city.add(*GAUGES)
    city.send(Reading(GAUGES[0].id, "water_depth", MORNING, 2.0))
    (query,) = queries_of_widget(DEVICES, 0)
    seen = sheet(city.hub.database, Who("desk", roles=("officer",), departments=("drainage",)), SYSTEM, query, MORNING)
    assert [(row[0], row[-1]) for row in seen.rows] == [
        ("Gauge 0", "quiet"),
        ("Gauge 1", "unknown"),
        ("Gauge 2", "unknown"),
    ]


def test_gauges_looked_at_in_blocks_are_foretold_as_if_they_were_looked_at_together(city, monkeypatch):
    city.add(*GAUGES, *STATIONS)
    an_hour(city)
    with city.hub.database.transaction() as connection:
        connection.execute("delete from waterlogging.forecaster")
    monkeypatch.setattr(in_slots, "BLOCK", 2)
    forecast(city.hub)
    asked = "select name, gauges, state from waterlogging.forecaster where starts_with(name, 'depth') order by name"
    kept = city.hub.database.rows(asked)
    assert [(row["name"], row["gauges"]) for row in kept] == [
        ("depth", ["gauge/0", "gauge/1"]), ("depth/1", ["gauge/2"]),
    ]  # fmt: skip
    settled = MORNING + timedelta(hours=1) - UNSETTLED
    slots = Record(city.hub.database, settled - timedelta(hours=12), settled).of(all_gauges(city.hub.database))
    whole = Forecaster.of(3)
    for depth, rain in zip(slots.depth.T, slots.rain.T, strict=True):
        whole.step(depth, rain)
    for name, array in whole.state().items():
        parts = [unpacked(row["state"], row["gauges"], row["gauges"]).state()[name] for row in kept]
        assert np.array_equal(np.concatenate(parts), array, equal_nan=True), name
