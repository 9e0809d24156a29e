"""What stands and what comes, per stop-line lane, out of positions and speeds of the vehicles seen."""

from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.layout import Floats, Ints, Layout

LITTLE, SURE = 0.01, 0.95


class Ways(NamedTuple):
    """The feeds of a layout as arrays sorted by sighting lane."""

    start: Ints
    lane: Ints
    share: Floats
    further: Floats


def ways_of(layout: Layout) -> Ways:
    """Feeds sorted by sighting lane; stop-line lanes are their own sighting lanes 0 … lanes - 1."""
    own = [(lane, lane, 1.0, 0.0) for lane in range(layout.lanes)]
    rows = sorted(own + [(f.sighting, f.lane, f.share, f.further_m) for f in layout.feeds])
    sightings = max(row[0] for row in rows) + 1
    start = np.searchsorted([row[0] for row in rows], np.arange(sightings + 1)).astype(np.int32)
    return Ways(
        start,
        np.array([row[1] for row in rows], np.int32),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[3] for row in rows], np.float64),
    )


@njit(cache=True, error_model="numpy")
def look(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    ways: Ways, speed_of: Floats, flow: Floats, sighting: Ints, distance: Floats, speed: Floats,
    queue: Floats, coming: Floats, line: Floats, tail: Floats, head_speed: Floats, head_at: Floats,
) -> None:  # fmt: skip
    """Fill queue (vehicles standing), coming (lane × second), line (up to the last that stands), who is first."""
    queue[:], line[:], tail[:], head_at[:], coming[:, :] = 0.0, 0.0, -1.0, 1e9, 0.0
    horizon = coming.shape[1]
    for vehicle in range(len(sighting)):
        seen = sighting[vehicle]
        if seen < 0 or seen + 1 >= len(ways.start):
            continue
        scale = spread(ways, flow, seen)
        for way in range(ways.start[seen], ways.start[seen + 1]):
            lane = ways.lane[way]
            share = ways.share[way] * (flow[lane] + LITTLE) * scale
            away = distance[vehicle] + ways.further[way]
            if ways.further[way] == 0.0 and away < head_at[lane]:
                head_at[lane], head_speed[lane] = away, speed[vehicle]
            if speed[vehicle] < 1.0 and share > SURE:
                tail[lane] = max(tail[lane], away)
            after = 0 if speed[vehicle] < 1.0 else int(away / speed_of[lane])
            if after == 0:
                queue[lane] += share
            elif after < horizon:
                coming[lane, after] += share
    count_line(ways, flow, sighting, distance, tail, line)


@njit(cache=True, error_model="numpy")
def count_line(
    ways: Ways,
    flow: Floats,
    sighting: Ints,
    distance: Floats,
    tail: Floats,
    line: Floats,
) -> None:
    """Vehicles of each lane up to the last one that stands: those whom its green has to serve as a queue."""
    for vehicle in range(len(sighting)):
        seen = sighting[vehicle]
        if seen < 0 or seen + 1 >= len(ways.start):
            continue
        scale = spread(ways, flow, seen)
        for way in range(ways.start[seen], ways.start[seen + 1]):
            lane = ways.lane[way]
            sure = ways.share[way] * (flow[lane] + LITTLE) * scale > SURE
            if sure and distance[vehicle] + ways.further[way] <= tail[lane]:
                line[lane] += 1.0


@njit(cache=True, error_model="numpy")
def spread(ways: Ways, flow: Floats, seen: int) -> float:
    """A vehicle upstream counts for the lanes ahead of it as their traffic has been."""
    total, weighed = 0.0, 0.0
    for way in range(ways.start[seen], ways.start[seen + 1]):
        total += ways.share[way]
        weighed += ways.share[way] * (flow[ways.lane[way]] + LITTLE)
    return total / weighed
