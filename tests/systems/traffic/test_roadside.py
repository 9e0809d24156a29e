"""The box at the roadside acts on what fusion believes, and loses its sensors gracefully."""

from datetime import timedelta

import numpy as np
import pytest

from citywide.hub.testing import MORNING
from citywide.systems.traffic.crossing.phases import LANES
from citywide.systems.traffic.engine.control.priority import Request
from citywide.systems.traffic.simulated.crossings import Crossings
from citywide.systems.traffic.simulated.roadside.book import Running
from citywide.systems.traffic.simulated.roadside.sensing import LOOP, RADAR, VIDEO

MINUTES = 8


def driven(lost=(), seconds=60 * MINUTES):
    """Three busy crossings; the sensors named are lost everywhere after two minutes."""
    city = Crossings(3, np.random.default_rng(3))
    city.bustle(1.5)
    off, trusted = [], []
    for second in range(seconds):
        if second == 120:
            city.sensors.lost[:, list(lost)] = True
        one = city.second(MORNING + timedelta(seconds=second))
        if second > 180:
            true = np.bincount(one.seen.sighting[one.seen.speed < 1], minlength=3 * LANES)
            off.append(np.abs(city.box.view.queue - true).mean())
            trusted.append(city.box.trusted.mean())
    return city.streets.delay_s / city.streets.born, float(np.mean(off)), float(np.mean(trusted)), city


@pytest.fixture(scope="module")
def sound():
    return driven()


def test_fusion_of_noisy_late_and_dropping_sensors_is_right_to_a_vehicle(sound):
    _, off, trusted, city = sound
    assert off < 1.0
    assert trusted == 1.0
    assert city.box.view.confidence.mean() > 0.7


def test_without_cameras_crossings_serve_almost_as_well(sound):
    delay, off, trusted, _ = driven([VIDEO])
    assert trusted > 0.9
    assert off < 1.5
    assert delay < 1.3 * sound[0]


def test_without_radar_control_goes_on_with_cameras_and_loops(sound):
    delay, _, _, city = driven([RADAR])
    assert city.box.view.confidence.mean() < sound[3].box.view.confidence.mean()
    assert delay < 2.5 * sound[0]


def test_without_any_sensor_every_crossing_falls_back_to_its_fixed_plan():
    _, _, _, city = driven([RADAR, VIDEO, LOOP])
    assert not city.box.trusted.any()
    shown, lamps = [], city.box.safety.lamps
    for second in range(72):
        city.second(MORNING + timedelta(seconds=60 * MINUTES + second))
        shown.append(int(lamps.target[0]))
    assert set(shown) == {0, 1, 2, 3}


def test_an_ambulance_that_has_checked_in_passes_sooner():
    assert crossed_after(asks=True) < crossed_after(asks=False)


def crossed_after(*, asks):
    """Seconds until an ambulance has passed three crossings, on the mean of a few departures."""
    taken = []
    for start in (130, 150, 170, 190):
        city, gone = Crossings(3, np.random.default_rng(5)), None
        city.bustle(1.5)
        for second in range(start + 200):
            now = MORNING + timedelta(seconds=second)
            if second == start:
                city.streets.send("ambulance", 3)
            if second == start and asks:
                for crossing in range(3):
                    arrives = now.timestamp() + 18 + 22 * crossing
                    city.box.priority.check_in(Request(f"a {crossing}", 12 * crossing + 4, arrives, emergency=True))
            city.second(now)
            if asks:
                lane = city.streets.named.get("ambulance", 99)
                [city.box.priority.check_out(f"a {crossing}") for crossing in range(3) if crossing < lane // LANES]
            if second > start and "ambulance" not in city.streets.named:
                gone = second - start
                break
        taken.append(gone or 200)
    return np.mean(taken)


def test_cycles_begin_at_midnight_where_the_city_is():
    told = {"plan": "day", "cycle_s": 70, "offset_s": 0, "splits_s": [20, 20, 15, 15]}
    noon = MORNING.replace(hour=12, minute=0)
    assert Running.told(told | {"zone": "Asia/Shanghai"}).into(noon) == 20 * 3600 % 70 == 40
    assert Running.told(told | {"zone": "Asia/Kathmandu"}).into(noon) == (17 * 3600 + 45 * 60) % 70 == 60
    with pytest.raises(KeyError):
        Running.told(told | {"zone": "Atlantis"})


def test_a_plan_for_an_unknown_zone_is_refused_and_the_old_one_runs_on():
    city = Crossings(1, np.random.default_rng(3))
    told = {"plan": "x", "cycle_s": 80, "offset_s": 0, "splits_s": [20, 20, 20, 20], "zone": "Atlantis"}
    city.box.run_plan(0, told, MORNING)
    assert city.box.book.plan_at(0).name == "guard"
    city.box.run_plan(0, told | {"zone": "Asia/Tokyo"}, MORNING)
    assert city.box.book.plan_at(0).name == "x"


NONSENSE = [None, True, -1, 65_536, 10**400, float("nan"), float("inf"), "", "NaN", "America", "/etc", "é" * 300, [],
            [[]], {}, [7, 7, 7], [float("nan")] * 4, [20.5, 20, 20, 20], "2026-01-01"]  # fmt: skip
PLAN = {"plan": "night", "cycle_s": 80, "offset_s": 3, "splits_s": [20, 20, 20, 20], "until": None, "zone": "UTC"}
ASK = {"vehicle": "bus-1", "lane": 4, "arrives_s": 30, "emergency": False}


def test_nonsense_in_any_part_of_a_plan_or_request_leaves_the_box_at_work():
    city = Crossings(2, np.random.default_rng(3))
    city.second(MORNING)
    for good, heed in (
        (PLAN, lambda told: city.box.run_plan(0, told, MORNING)),
        (ASK, lambda told: city.box.heed(0, told)),
    ):
        for what in NONSENSE:
            heed(what)
            for name in good:
                heed(good | {name: what})
    for second in range(1, 30):
        lights = city.second(MORNING + timedelta(seconds=second)).light
        assert set(np.unique(lights)) <= {0, 2, 3}
    assert city.box.safety.rules.plan_s.tolist() == [20, 20, 20, 20, 24, 12, 24, 12]
    assert all(np.isfinite(list(city.box.priority.weights(MORNING.timestamp()))))
