"""The simulated crossings: what is planted is noticed, what is not planted is not."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from citywide.hub import Point, Text
from citywide.hub.simulated.twin import Order, Place, Plan, Weather
from citywide.hub.simulated.ways import CrowFlight, Way
from citywide.hub.testing import MORNING
from citywide.systems.traffic.engine.incidents import Kind
from citywide.systems.traffic.feeds import KINDS
from citywide.systems.traffic.simulated.officers import Officer
from citywide.systems.traffic.simulated.roadside.sensing import LOOP, RADAR, VIDEO
from citywide.systems.traffic.twin import TrafficTwin

DRY = Weather(np.zeros(0), 20.0)


def a_plan(count: int, seed: int = 7) -> Plan:
    places = [
        Place(
            "crossing",
            Text(f"Crossing {n}", f"{n}号路口"),
            Point(106.5 + 0.004 * (n % 6), 29.5 + 0.004 * (n // 6)),
            "d",
        )
        for n in range(count)
    ]
    return Plan(seed, 1_000_000, places, {})


def quiet_twin(monkeypatch: pytest.MonkeyPatch, count: int = 6) -> TrafficTwin:
    monkeypatch.setattr("citywide.systems.traffic.twin.BETWEEN_S", 1e12)
    return TrafficTwin(a_plan(count))


def after(seconds: int) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def test_an_hour_without_incidents_raises_none_and_every_lane_reports_each_minute(monkeypatch):
    twin = quiet_twin(monkeypatch)
    readings = [reading for minute in range(60) for reading in twin.step(after(60 * minute + 60), 60, DRY)]
    false = [r for r in readings if r.quantity in ("blocked_lane", "stopped_vehicle", "wrong_way", "sudden_queue")]
    assert not [r for r in false if r.value > 0]
    assert sum(r.quantity == "queue" for r in readings) == 60 * len(twin.lanes)
    assert not twin.truth()


def test_one_who_waits_at_a_red_light_at_night_is_no_congestion(monkeypatch):
    twin = quiet_twin(monkeypatch)
    night = SimpleNamespace(bustle=0.1)
    told = [r.value for minute in range(30) for r in twin.step(after(60 * minute + 60), 60, night)
            if r.quantity == "congestion_index"]  # fmt: skip
    assert min(told) >= 1.0
    assert max(told) < 4


def test_a_lorry_in_a_lane_is_noticed_and_gone_after_an_officer_came(monkeypatch):
    twin = quiet_twin(monkeypatch)
    for minute in range(5):
        twin.step(after(60 * minute + 60), 60, DRY)
    lane = 11
    twin.plant("blocked_lane", lane, after(300))
    noticed = twin.step(after(480), 180, DRY)
    alarms = [
        r for r in noticed if r.entity == twin.lanes[lane].id and r.quantity in ("blocked_lane", "stopped_vehicle")
    ]
    assert alarms
    order = Order(1, twin.officers[0].id, twin.lanes[lane].place, twin.lanes[lane].id, "assigned")
    said = []
    for minute in range(9, 25):
        said += twin.obey([order], after(60 * minute - 60))
        twin.step(after(60 * minute), 60, DRY)
    assert said[0].act == "start"
    (event,) = twin.truth()
    assert event.ended is not None
    assert not [kept for kept in twin.watcher.standing if kept[0] == lane]


def test_a_silent_radar_is_a_dark_detector_and_speaks_again(monkeypatch):
    twin = quiet_twin(monkeypatch)
    twin.step(after(60), 60, DRY)
    twin.plant("dark_detector", 3, after(60))
    readings = [reading for minute in range(2, 26) for reading in twin.step(after(60 * minute), 60, DRY)]
    dark = [r.value for r in readings if r.quantity == "dark_detector" and r.entity == twin.lanes[3].id]
    assert dark[0] > 0
    assert dark[-1] == 0


def test_a_radar_that_hangs_is_a_frozen_detector_until_it_is_mended(monkeypatch):
    twin = quiet_twin(monkeypatch)
    for minute in range(3):
        twin.step(after(60 * minute + 60), 60, DRY)
    twin.plant("frozen_detector", 3, after(180))
    readings = [reading for minute in range(4, 26) for reading in twin.step(after(60 * minute), 60, DRY)]
    said = [(r.quantity, r.value) for r in readings if r.entity == twin.lanes[3].id and r.quantity in KINDS]
    assert {quantity for quantity, _ in said} == {"frozen_detector"}
    assert said[0][1] > 0
    assert said[-1][1] == 0
    confidence = [r.value for r in readings if r.entity == twin.lanes[3].id and r.quantity == "confidence"]
    assert min(confidence) < 70 < confidence[-1]


def told_after_loss(monkeypatch, *sensors):
    """What the first crossing's lanes say in two minutes, well after sensors of all lanes were lost."""
    twin = quiet_twin(monkeypatch, 1)
    for minute in range(4):
        twin.step(after(60 * minute + 60), 60, DRY)
        twin.city.sensors.lost[:, list(sensors)] = True
    return {reading.quantity for reading in twin.step(after(360), 120, DRY)}


def test_a_lost_radar_silences_speed_and_tracks(monkeypatch):
    by_radar = {"traffic_speed", "track", "congestion_index"}
    assert by_radar <= told_after_loss(monkeypatch)
    assert not by_radar & told_after_loss(monkeypatch, RADAR)


def test_lost_loops_silence_occupancy_and_detector_events(monkeypatch):
    assert "occupancy" not in told_after_loss(monkeypatch, LOOP)
    twin = quiet_twin(monkeypatch, 1)
    twin.city.sensors.lost[:, LOOP] = True
    said = [r for r in twin.step(after(180), 180, DRY) if r.quantity == "signal_event"]
    assert {int(r.value) // 32768 for r in said} - {21, 22, 45, 90} == {
        1,
        4,
        7,
        8,
        10,
    }  # walkers push buttons, not loops


def test_with_every_device_lost_a_crossing_tells_its_lights_only(monkeypatch):
    told = told_after_loss(monkeypatch, RADAR, VIDEO, LOOP)
    assert {"light", "green_share"} <= told <= {"light", "light_left", "green_share", "signal_event", "dark_detector"}


def test_a_wrong_way_driver_is_noticed_by_radar_and_by_nothing_else(monkeypatch):
    for lost in (False, True):
        twin = quiet_twin(monkeypatch, 1)
        twin.step(after(60), 60, DRY)
        twin.city.sensors.lost[5, RADAR] = lost
        twin.plant("wrong_way", 5, after(60))
        said = {(r.entity, r.quantity) for r in twin.step(after(90), 30, DRY)}
        assert ((twin.lanes[5].id, "wrong_way") in said) is not lost


def test_an_incident_stands_while_no_device_sees_its_lane_flow(monkeypatch):
    twin = quiet_twin(monkeypatch, 1)
    twin.watcher.standing[1, Kind.BLOCKED_LANE] = MORNING
    twin.city.sensors.lost[:, [RADAR, VIDEO]] = True
    twin.step(after(180), 180, DRY)
    assert (1, Kind.BLOCKED_LANE) in twin.watcher.standing
    twin.city.sensors.lost[:] = False
    twin.step(after(300), 120, DRY)
    assert (1, Kind.BLOCKED_LANE) not in twin.watcher.standing


def test_a_city_without_crossings_has_no_traffic():
    twin = TrafficTwin(a_plan(0))
    assert twin.step(MORNING, 60, DRY) == []
    assert twin.obey([], MORNING) == []


class OverTheBridge(CrowFlight):
    """Streets that lead over one bridge only."""

    def way(self, start, goal):
        """First to the bridge, then on."""
        return Way(np.array([start.lon, BRIDGE.lon, goal.lon]), np.array([start.lat, BRIDGE.lat, goal.lat]),
                   np.array([0.0, 60.0, 120.0]))  # fmt: skip


BRIDGE = Point(106.60, 29.60)


def test_a_patrol_drives_along_the_streets_and_back_to_its_post():
    post, place = Point(106.50, 29.50), Point(106.52, 29.50)
    officer = Officer("traffic_officer/01", "Patrol 1", post, OverTheBridge())
    assert officer.obey(Order(1, officer.id, place, "lane/01", "assigned"), after(0)) is None
    for second in range(60):
        list(officer.second(after(second)))
    assert officer.drive.at == BRIDGE
    for second in range(60, 121):
        list(officer.second(after(second)))
    begun = officer.obey(Order(1, officer.id, place, "lane/01", "assigned"), after(121))
    assert (begun.act, officer.drive.at) == ("start", place)
    assert officer.obey(None, after(122)) is None
    for second in range(122, 243):
        list(officer.second(after(second)))
    assert officer.drive.at == post
