from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from citywide.demo.faults import SORTS, Fault, FaultyDevices, make_faults
from citywide.hub import Reading

START = datetime(2026, 7, 5, 23, 0, tzinfo=UTC)


def say(sort, minutes=600, size=0.0):
    """A gauge that rises by a centimetre a minute, through a fault that lasts all the time."""
    fault = Fault(sort, "gauge/1", START, START + timedelta(days=30), size)
    devices = FaultyDevices(np.random.default_rng(0), [fault])
    for minute in range(minutes):
        now = START + timedelta(minutes=minute)
        for reading in devices.spoil([Reading("gauge/1", "water_depth", now, float(minute))], now):
            yield now, reading


def test_a_stuck_gauge_says_what_it_said_first():
    assert {reading.value for _, reading in say("stuck")} == {0.0}


def test_a_drifting_gauge_is_six_centimetres_off_after_a_day():
    *_, (now, last) = say("drifting", minutes=1441)
    assert last.value - (now - START).total_seconds() / 60 == 6.0


def test_a_silent_gauge_says_nothing():
    assert not list(say("silent"))


def test_a_stepped_clock_is_off_by_its_step():
    assert {(reading.time - now).total_seconds() for now, reading in say("clock_step", size=120)} == {120.0}


def test_duplicates_repeat_and_lose_nothing():
    said = [reading for _, reading in say("duplicates")]
    assert {reading.value for reading in said} == set(map(float, range(600)))
    assert len(said) > 700


def test_late_readings_come_once_each_some_after_their_followers():
    said = [reading for _, reading in say("late")]
    assert len({reading.value for reading in said}) == len(said)
    assert any(one.time > other.time for one, other in pairwise(said))


def test_a_device_has_one_fault_at_a_time_and_others_are_let_alone():
    devices = [f"gauge/{number}" for number in range(100)]
    faults = make_faults(np.random.default_rng(1), devices, START, 30, dict.fromkeys(SORTS, 0.05))
    assert len({fault.entity for fault in faults}) == len(faults) == 30
    reading = Reading("gauge/well", "water_depth", START, 1.0)
    assert FaultyDevices(np.random.default_rng(0), faults).spoil([reading], START) == [reading]
