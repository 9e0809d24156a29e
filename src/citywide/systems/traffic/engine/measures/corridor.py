"""Coordination across crossings: the offset shift between neighbours that brings most arrivals on green."""

from dataclasses import dataclass

import numpy as np

from citywide.systems.traffic.engine.measures.columns import Floats, Longs


@dataclass(frozen=True)
class Link:
    """One direction of a link: arrivals at its detector and the greens they should meet."""

    arrivals_ms: Longs
    green_from_ms: Longs
    green_to_ms: Longs


def on_green(link: Link, shift_ms: int = 0) -> int:
    """Arrivals that would have met green, had the greens come `shift_ms` later."""
    row = np.searchsorted(link.green_from_ms + shift_ms, link.arrivals_ms, "right") - 1
    known = row >= 0
    return int((link.arrivals_ms[known] < link.green_to_ms[row[known]] + shift_ms).sum())


def link_of(arrival_ms: Longs, in_cycle_s: Floats, yellow_at_s: Floats) -> Link:
    """Arrivals of a coordination diagram, in order, with the greens that they tell of."""
    begins = arrival_ms - np.rint(1000 * in_cycle_s).astype(np.int64)
    green, first = np.unique(begins, return_index=True)
    return Link(arrival_ms, green, green + np.rint(1000 * yellow_at_s[first]).astype(np.int64))


def link_pivot(out: Link, back: Link, cycle_s: int) -> tuple[int, float, float]:
    """The best shift in seconds of the far crossing against the near one; the share on green now and then.

    Shifting the far crossing moves its greens for outward traffic; inward traffic reaches the near
    crossing later by the same time, so its arrivals move instead.
    """
    shifts = np.arange(cycle_s) * 1000
    total = max(len(out.arrivals_ms) + len(back.arrivals_ms), 1)
    served = [on_green(out, int(shift)) + on_green(back, -int(shift)) for shift in shifts]
    best = int(np.argmax(served))
    return best, served[0] / total, served[best] / total


def time_space(distance_m: Floats, green_from_s: list[Floats], green_to_s: list[Floats]) -> list[dict[str, float]]:
    """Bars of a time-space diagram: every green of every crossing at its distance along the road."""
    return [
        {"distance_m": float(where), "from_s": float(start), "to_s": float(end)}
        for where, starts, ends in zip(distance_m, green_from_s, green_to_s, strict=True)
        for start, end in zip(starts, ends, strict=True)
    ]
