"""Broken gauges told apart from dry ones, every half hour, by what ought to have happened.

A finding is submitted as a reading of its own, so that its alarm, its case and its evidence go the one way.
"""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub import Reading
from citywide.hub.running import Hub
from citywide.systems.waterlogging.duties.slots import METRES, SLOT, Slots, read_lags, read_slots, slot_of
from citywide.systems.waterlogging.engine.faults import clock_off, lone
from citywide.systems.waterlogging.engine.health import Health, Usual, Window, diagnose, level, usual
from citywide.systems.waterlogging.engine.record import DAY

RECORD = timedelta(days=8)
LEAST_RECORD = DAY // 2
WINDOW = 2 * DAY
NEAR_M = 4000.0
FORGET_RECENT = DAY // 8
AHEAD = SLOT  # the hub takes no reading from further ahead


class Findings(Struct, frozen=True):
    """What each gauge is found to be, how far its dry level lies from where it was, how many readings stood alone."""

    health: NDArray[np.int64]
    off_cm: NDArray[np.float64]
    lone: NDArray[np.int64]


def examine(hub: Hub) -> None:
    """Look at every gauge, and say what was found."""
    at = slot_of(hub.clock.now())
    slots = read_slots(hub.database, at - RECORD, at)
    if not slots.gauges:
        return
    found, clocks = findings(slots), clock_off(read_lags(hub.database, at - RECORD, at + AHEAD))
    heard = np.isfinite(slots.depth[:, -12:]).any(axis=1)
    said = [
        Reading(slots.gauges[number], name, at, value)
        for number in np.flatnonzero(heard).tolist()
        for name, value in (*_said_of(found, number), ("gauge_clock_off", abs(round(float(clocks[number])))))
    ]
    hub.submit(said)


def _said_of(found: Findings, number: int) -> Iterator[tuple[str, float]]:
    health = found.health[number]
    yield "gauge_stuck", float(health == Health.STUCK)
    yield "gauge_drift", round(float(found.off_cm[number]), 2) if health == Health.DRIFTING else 0.0
    yield "gauge_lone_readings", float(found.lone[number]) if health == Health.NOISY else 0.0
    yield "gauge_rescaled", float(health == Health.RESCALED)


def findings(slots: Slots) -> Findings:
    """Diagnose from the record; a gauge with less than half a day of it is not judged."""
    known = np.isfinite(slots.depth)
    first = int(np.argmax(known.any(axis=0))) if known.any() else slots.depth.shape[1]
    depth, rain = slots.depth[:, first:], slots.rain[:, first:]
    if depth.shape[1] < LEAST_RECORD:
        nothing = np.zeros(len(slots.gauges), np.int64)
        return Findings(nothing, nothing.astype(float), nothing)
    window = Window(depth[:, -WINDOW:], rain[:, -WINDOW:], neighbours(slots.places))
    habits = _habits(depth, rain)
    health = diagnose(window, habits)
    stands = level(depth)
    return Findings(health, np.maximum(np.abs(stands - habits.dry_level), -stands), lone(window.depth))


def neighbours(places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Who stands near whom."""
    far = np.sqrt((((places[:, None] - places) * METRES) ** 2).sum(axis=2))
    return (far < NEAR_M) & ~np.eye(len(places), dtype=bool)


def _habits(depth: NDArray[np.float64], rain: NDArray[np.float64]) -> Usual:
    """What was usual before the last hours: a fault that is new must not teach."""
    cut = max(LEAST_RECORD // 2, depth.shape[1] - WINDOW, min(depth.shape[1] - FORGET_RECENT, DAY))
    return usual(depth[:, :cut], rain[:, :cut])
