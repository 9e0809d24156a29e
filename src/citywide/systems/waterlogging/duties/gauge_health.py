"""Broken gauges told apart from dry ones, every half hour, by what ought to have happened.

A finding is submitted as a reading of its own, so that its alarm, its case and its evidence go the one way. Gauges are
looked at in blocks that lie together, each with the nearest of those around it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub import Reading
from citywide.hub.running import Hub
from citywide.systems.waterlogging.duties.slots import METRES, SLOT, Record, Slots, all_gauges, slot_of
from citywide.systems.waterlogging.engine.faults import clock_off, lone
from citywide.systems.waterlogging.engine.health import Health, Usual, Window, diagnose, level, usual
from citywide.systems.waterlogging.engine.record import DAY

RECORD = timedelta(days=8)
LEAST_RECORD = DAY // 2
WINDOW = 2 * DAY
NEAR_M, NEAREST = 4000.0, 64
TOGETHER = 1000  # gauges
FORGET_RECENT = DAY // 8
AHEAD = SLOT  # the hub takes no reading from further ahead


class Findings(Struct, frozen=True):
    """What each gauge is found to be, how far its dry level lies from where it was, how many readings stood alone."""

    health: NDArray[np.int64]
    off_cm: NDArray[np.float64]
    lone: NDArray[np.int64]


def examine(hub: Hub) -> None:
    """Look at every gauge, and say what was found."""
    at, gauges = slot_of(hub.clock.now()), all_gauges(hub.database)
    record, stamps = Record(hub.database, at - RECORD, at), Record(hub.database, at - RECORD, at + AHEAD)
    for own, around in neighbourhoods(np.array([(row["lon"], row["lat"]) for row in gauges], float).reshape(-1, 2)):
        block = [gauges[number] for number in (*own, *around)]
        hub.submit(list(_said(record.of(block), stamps.lags(block[: len(own)]), at)))


def _said(slots: Slots, lags: NDArray[np.float64], at: datetime) -> Iterator[Reading]:
    """What is found of the first gauges, those whose stamps are known."""
    found, clocks = findings(slots), clock_off(lags)
    heard = np.isfinite(slots.depth[: len(lags), -12:]).any(axis=1)
    for number in np.flatnonzero(heard).tolist():
        for name, value in (*_said_of(found, number), ("gauge_clock_off", abs(round(float(clocks[number]))))):
            yield Reading(slots.gauges[number], name, at, value)


def neighbourhoods(places: NDArray[np.float64]) -> Iterator[tuple[list[int], list[int]]]:
    """Gauges that lie together, and those around them that are near one of them."""
    strips = max(1, round((len(places) / TOGETHER) ** 0.5))
    for strip in np.array_split(np.argsort(places[:, 0], kind="stable"), strips):
        along = strip[np.argsort(places[strip, 1], kind="stable")]
        for own in np.array_split(along, max(1, -(-along.size // TOGETHER))):
            if own.size:
                yield own.tolist(), np.setdiff1d(_nearest(places, own).ravel(), [*own, len(places)]).tolist()


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
    """Who stands near whom: of many the nearest."""
    near = np.zeros((len(places), len(places) + 1), bool)
    near[np.arange(len(places))[:, None], _nearest(places, np.arange(len(places)))] = True
    return near[:, :-1] & ~np.eye(len(places), dtype=bool)


def _nearest(places: NDArray[np.float64], whose: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of the nearest, oneself among them; of those that are missing, one more than there are."""
    from scipy.spatial import KDTree  # noqa: PLC0415 - loads slowly

    somewhere = np.where(np.isfinite(places), places, -1e6) * METRES  # who has no place is near nobody
    lost = ~np.isfinite(places).all(axis=1)
    somewhere[lost, 0] += 1e9 * np.arange(1, lost.sum() + 1)
    found = KDTree(somewhere).query(somewhere[whose], NEAREST + 1, distance_upper_bound=NEAR_M)
    return np.asarray(found[1], np.int64)


def _habits(depth: NDArray[np.float64], rain: NDArray[np.float64]) -> Usual:
    """What was usual before the last hours: a fault that is new must not teach."""
    cut = max(LEAST_RECORD // 2, depth.shape[1] - WINDOW, min(depth.shape[1] - FORGET_RECENT, DAY))
    return usual(depth[:, :cut], rain[:, :cut])
