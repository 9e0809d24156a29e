"""Arrivals against the lights: on green, platoon ratio, delay."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Floats, Longs, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.detectors import Detectors, detections, phase_events
from citywide.systems.traffic.engine.measures.events import DETECTOR_ON, GREEN, RED, YELLOW, Events
from citywide.systems.traffic.engine.measures.lights import Lights, green_seconds
from citywide.systems.traffic.engine.measures.tables import named

ARRIVAL_TYPES = (0.50, 0.85, 1.15, 1.50, 2.00)  # HCM, Exhibit 19-14


@dataclass(frozen=True)
class Arrivals:
    """Detector hits of one function, each with its phase's group and the lights it met."""

    time_ms: Longs
    group: Longs
    row: Longs
    state: Longs
    lights: Lights

    @classmethod
    def of(cls, events: Events, detectors: Detectors, function: str, latency_s: float = 0) -> "Arrivals":
        """Hits shifted back by the detector's latency."""
        hits, phases = detections(events, detectors, function, DETECTOR_ON)
        _, served = detectors.serving(function, events.names)
        lights = Lights.of(phase_events(events, served, GREEN, YELLOW, RED))
        time_ms = hits.time_ms - round(latency_s * 1000)
        row = lights.at(phases, time_ms)
        known = row >= 0
        state = np.where(known, lights.state[np.maximum(row, 0)] if len(lights.state) else 0, 0)
        return cls(time_ms, phases, row, state, lights)


def arrivals_on_green(
    events: Events, detectors: Detectors, bin_ms: int = BIN_MS, latency_s: float = 0, *, zeros: bool = False
) -> Table:
    """Arrivals and the share on green; bins without one on green only with `zeros`."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s)
    bins, group, total, green = _green_counts(seen, bin_ms)
    keep = (green > 0) | zeros
    share = green[keep].astype(np.float32) / total[keep].astype(np.float32)
    return named(events.names, bins[keep], group[keep], phase=group[keep] & 32767, total=total[keep], on_green=share)


def platoon_ratio(events: Events, detectors: Detectors, bin_ms: int = BIN_MS, latency_s: float = 0) -> Table:
    """Share of arrivals on green ÷ share of time that is green, with its HCM arrival type."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s)
    bins, group, total, green = _green_counts(seen, bin_ms)
    seconds = green_seconds(seen.lights, bin_ms, bins, group)
    keep = (green > 0) & (seconds > 0)
    bins, group, total, green, seconds = (x[keep] for x in (bins, group, total, green, seconds))
    share = green.astype(np.float32) / total.astype(np.float32)
    ratio = (share / (seconds / (bin_ms / 1000))).astype(np.float32)
    return named(
        events.names,
        bins,
        group,
        phase=group & 32767,
        total=total,
        green_total=green,
        on_green=share,
        green_s=seconds,
        green_ratio=seconds / (bin_ms / 1000),
        platoon_ratio=ratio,
        arrival_type=np.searchsorted(ARRIVAL_TYPES, ratio.astype(float), "left") + 1,
    )


def approach_delay(events: Events, detectors: Detectors, bin_ms: int = BIN_MS, latency_s: float = 0) -> Table:
    """Waiting of arrivals on red until the next green ÷ all arrivals; and vehicle-hours per hour."""
    seen = Arrivals.of(events, detectors, "Advance", latency_s)
    waited = _until_green(seen)
    known = np.isfinite(waited)
    bins, group, _, cell, sizes = tally(floor_bin(seen.time_ms[known], bin_ms), seen.group[known])
    total = np.bincount(cell, waited[known], len(bins))
    return named(
        events.names,
        bins,
        group,
        phase=group & 32767,
        arrivals=sizes,
        delay_s=total / np.maximum(sizes, 1),
        delay_h_per_h=total / 3600 * (3_600_000 / bin_ms),
    )


def _until_green(seen: Arrivals) -> Floats:
    """Seconds to the next green for arrivals on red, 0 on green and yellow, NaN where it is not known."""
    lights, green = seen.lights, np.flatnonzero(seen.lights.code == GREEN)
    waited = np.where(seen.row >= 0, 0.0, np.nan)
    stopped = np.flatnonzero((seen.row >= 0) & (seen.state == RED))
    if len(stopped) == 0:
        return waited
    following = np.searchsorted(green, seen.row[stopped], "right")
    ahead = green[np.minimum(following, len(green) - 1)] if len(green) else np.zeros(len(stopped), np.int64)
    same = (following < len(green)) & (lights.group[ahead] == seen.group[stopped])
    waited[stopped] = np.where(same, (lights.time_ms[ahead] - seen.time_ms[stopped]) / 1000, np.nan)
    return waited


def _green_counts(seen: Arrivals, bin_ms: int) -> tuple[Longs, Longs, Longs, Longs]:
    bins, group, _, cell, sizes = tally(floor_bin(seen.time_ms, bin_ms), seen.group)
    green = np.bincount(cell, seen.state == GREEN, len(bins)).astype(np.int64)
    return bins, group, sizes, green
