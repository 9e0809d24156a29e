"""Volumes by approach and movement."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.detectors import Detectors, detections
from citywide.systems.traffic.engine.measures.events import DETECTOR_ON, Events
from citywide.systems.traffic.engine.measures.tables import named


def approach_volume(events: Events, detectors: Detectors, function: str = "Count", bin_ms: int = BIN_MS) -> Table:
    """Vehicles per approach (phase) and bin over its counting detectors, and per hour."""
    hits, phase = detections(events, detectors, function, DETECTOR_ON)
    bins, group, _, _, sizes = tally(floor_bin(hits.time_ms, bin_ms), phase)
    return named(events.names, bins, group, phase=group & 32767, volume=sizes, per_hour=sizes * (3_600_000 / bin_ms))


def turning_counts(
    events: Events,
    detectors: Detectors,
    movements: tuple[str, ...] = ("Left", "Through", "Right"),
    bin_ms: int = BIN_MS,
) -> Table:
    """Vehicles per approach, movement and bin; detectors carry the movement as their function."""
    parts = [approach_volume(events, detectors, movement, bin_ms) for movement in movements]
    sizes = [len(part["time_ms"]) for part in parts]
    joined: Table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return joined | {"movement": np.repeat(np.array(movements), sizes)}
