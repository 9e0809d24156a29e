"""What stands and what comes, per stop-line lane, out of positions and speeds of the vehicles seen."""

from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.layout import Floats, Ints, Layout


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
def look(ways, speed_of, sighting, distance, speed, queue, coming, near, head_speed, head_at):  # noqa: ANN001, ANN201, PLR0913 - one pass fills all
    """Fill queue (vehicles standing), coming (lane × second), near (within 50 m) and the first vehicle's place."""
    queue[:] = 0.0
    coming[:, :] = 0.0
    near[:] = 0.0
    head_at[:] = 1e9
    horizon = coming.shape[1]
    for vehicle in range(len(sighting)):
        seen = sighting[vehicle]
        if seen < 0 or seen + 1 >= len(ways.start):
            continue
        for way in range(ways.start[seen], ways.start[seen + 1]):
            lane, share = ways.lane[way], ways.share[way]
            away = distance[vehicle] + ways.further[way]
            if ways.further[way] == 0.0:
                if away < 50.0:
                    near[lane] += 1.0
                if away < head_at[lane]:
                    head_at[lane], head_speed[lane] = away, speed[vehicle]
            if speed[vehicle] < 1.0:
                queue[lane] += share
                continue
            after = int(away / speed_of[lane])
            if after == 0:
                queue[lane] += share
            elif after < horizon:
                coming[lane, after] += share
