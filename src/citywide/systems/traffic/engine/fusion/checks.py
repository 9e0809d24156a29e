"""What readings are refused, item by item; the rest is used."""

import numpy as np

from citywide.systems.traffic.engine.fusion.model import BoolArray, FloatArray, Lanes, Readings, Refusal

MOST_REFUSALS = 20


def checked(readings: Readings, lanes: Lanes) -> tuple[Readings, tuple[Refusal, ...]]:
    """The readings without what cannot be: unknown lanes, places off the road, negative or absurd counts."""
    count, refused = len(lanes), list[Refusal]()
    shapes = {"counted": (count, 3), "pulses": (count,), "alive": (count, 3)}
    for name, shape in shapes.items():
        if getattr(readings, name).shape != shape:
            raise ValueError(f"{name} has shape {getattr(readings, name).shape}; accepted: {shape}")
    good = _good_tracks(readings, lanes, refused)
    counted = _good_counts(readings.counted, "video count", refused)
    pulses = _good_counts(readings.pulses, "loop count", refused)
    kept = readings if good is None else None
    if kept is not None and counted is readings.counted and pulses is readings.pulses:
        return readings, ()
    rows = slice(None) if good is None else good
    lane, track, place = readings.lane[rows], readings.track[rows], readings.position_m[rows]
    return Readings(lane, track, place, counted, pulses, readings.alive), tuple(refused[:MOST_REFUSALS])


def _good_tracks(readings: Readings, lanes: Lanes, refused: list[Refusal]) -> BoolArray | None:
    """Which tracks can be; None when all can."""
    known = (readings.lane >= 0) & (readings.lane < len(lanes))
    end = lanes.end_m[np.where(known, readings.lane, 0)] if len(lanes) else np.zeros(len(known))
    place = readings.position_m
    good = known & np.isfinite(place) & (place > -50) & (place < end + 50) & (readings.track >= 0)
    if good.all():
        return None
    accepted = f"lanes 0–{len(lanes) - 1}, tracks from 0, places on the lane"
    for row in np.flatnonzero(~good)[:MOST_REFUSALS].tolist():
        what = f"lane {readings.lane[row]}, track {readings.track[row]}, {place[row]:g} m"
        refused.append(Refusal(f"track {row}", what, accepted))
    return good


def _good_counts(counts: FloatArray, name: str, refused: list[Refusal]) -> FloatArray:
    good = np.isfinite(counts) & (counts >= 0) & (counts <= 5)
    if good.all():
        return counts
    bad = np.argwhere(~good)[:MOST_REFUSALS].tolist()
    accepted = "0 to 5 in one second"
    refused += [Refusal(f"{name}, lane {at[0]}", f"{counts[tuple(at)]:g}", accepted) for at in bad]
    return np.where(good, counts, 0.0)
