"""What stands and what comes, per stop-line lane, out of positions and speeds of the vehicles seen."""

import itertools
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.layout import Floats, Ints, Layout
from citywide.systems.traffic.engine.control.sights import Sights

LITTLE, SURE = 0.01, 0.95
STANDS_MPS, PLACE_M, PICK_UP = 1.0, 12.0, 2.0


class Ways(NamedTuple):
    """The feeds of a layout as arrays sorted by sighting lane."""

    start: Ints
    lane: Ints
    share: Floats
    further: Floats
    least: Floats  # per sighting lane: the least way further to a stop line


def ways_of(layout: Layout) -> Ways:
    """Feeds sorted by sighting lane; stop-line lanes are their own sighting lanes 0 … lanes - 1."""
    own = [(lane, lane, 1.0, 0.0) for lane in range(layout.lanes)]
    rows = sorted(own + [(f.sighting, f.lane, f.share, f.further_m) for f in layout.feeds])
    sightings = max(row[0] for row in rows) + 1
    start = np.searchsorted([row[0] for row in rows], np.arange(sightings + 1)).astype(np.int32)
    least = [min(row[3] for row in rows[a:b]) if b > a else 0.0 for a, b in itertools.pairwise(start)]
    return Ways(
        start,
        np.array([row[1] for row in rows], np.int32),
        np.array([row[2] for row in rows], np.float64),
        np.array([row[3] for row in rows], np.float64),
        np.array(least, np.float64),
    )


@compiled
def look(  # noqa: PLR0913, PLR0917 - numba takes arrays one by one
    ways: Ways,
    speed_of: Floats,
    flow: Floats,
    served: Floats,
    order: NDArray[np.intp],
    sighting: Ints,
    distance: Floats,
    speed: Floats,
    sights: Sights,
) -> None:
    """Fill what is seen of each lane: who stands, who comes when, who is first."""
    forget(sights)
    for rank in range(len(order)):
        vehicle = int(order[rank])
        here = sighting[vehicle]
        scale = spread(ways, flow, here)
        for way in range(ways.start[here], ways.start[here + 1]):
            lane = ways.lane[way]
            share = ways.share[way] * (flow[lane] + LITTLE) * scale
            away = distance[vehicle] + ways.further[way]
            if ways.further[way] == 0.0 and away < sights.head_at[lane]:
                sights.head_at[lane], sights.head_speed[lane] = away, speed[vehicle]
            place(sights, lane, share, away, float(speed[vehicle]), float(speed_of[lane]), served[lane])


@inlined
def forget(sights: Sights) -> None:
    """Nothing of the second before is seen any longer."""
    sights.queue[:], sights.line[:], sights.ahead[:], sights.sure[:] = 0.0, 0.0, 0.0, 0.0
    sights.head_at[:], sights.coming[:, :] = 1e9, 0.0


@inlined
def place(sights: Sights, lane: int, share: float, away: float, speed: float, free: float, served: float) -> None:
    """Put a vehicle into its lane's queue or among those who come.

    It stands in the queue where those ahead of it, and those just served, fill the way to the line;
    one that stands elsewhere (parked, or starting there) is still on its way.
    """
    stands = speed < STANDS_MPS and away <= PLACE_M * (1.0 + sights.ahead[lane] + served)
    sights.ahead[lane] += share
    sights.sure[lane] += 1.0 if share > SURE else 0.0
    after = 0 if stands else int(reaches_in(away, speed, free))
    if after == 0:
        sights.queue[lane] += share
    elif after < sights.coming.shape[1]:
        sights.coming[lane, after] += share
    if stands and share > SURE:
        sights.line[lane] = sights.sure[lane]


@njit(cache=True)  # sorting needs memory of its own
def nearest_first(ways: Ways, sighting: Ints, distance: Floats) -> NDArray[np.intp]:
    """The vehicles on known lanes, the nearest to a line first."""
    away = np.full(len(sighting), np.inf)
    known = 0
    for vehicle in range(len(sighting)):
        if 0 <= sighting[vehicle] < len(ways.least):
            away[vehicle] = distance[vehicle] + ways.least[sighting[vehicle]]
            known += 1
    return np.argsort(away)[:known]


@compiled
def reaches_in(away: float, speed: float, free: float) -> float:
    """Seconds to the line for who picks up speed from now on."""
    if speed >= free:
        return away / speed
    if speed * speed + 2.0 * PICK_UP * away <= free * free:
        return (np.sqrt(speed * speed + 2.0 * PICK_UP * away) - speed) / PICK_UP
    return away / free + (free - speed) ** 2 / (2.0 * PICK_UP * free)


@compiled
def spread(ways: Ways, flow: Floats, seen: int) -> float:
    """A vehicle upstream counts for the lanes ahead of it as their traffic has been."""
    total, weighed = 0.0, 0.0
    for way in range(ways.start[seen], ways.start[seen + 1]):
        total += ways.share[way]
        weighed += ways.share[way] * (flow[ways.lane[way]] + LITTLE)
    return total / weighed
