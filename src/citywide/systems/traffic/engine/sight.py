"""What fusion believes of the lanes, as the controller wants to see it: vehicles that stand, vehicles that come."""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.controller import SIGHT_M, Seen
from citywide.systems.traffic.engine.control.layout import Flags, Floats, Ints
from citywide.systems.traffic.engine.fusion import View

SPACE_M, HEAD_M = 7.5, 2.0
DOUBTFUL = 0.4  # below this confidence a lane is dark for the controller
MOST = 256  # vehicles of a lane


def as_seen(view: View, speed: Floats, crossed: Ints) -> Seen:
    """The picture as sightings: the queue from the line backwards, each arrival as far off as it needs."""
    rows = np.empty((len(view.queue) * 32 + MOST, 3))
    count = place_vehicles(view.queue, view.arrivals, speed, rows)
    lane, away, pace = rows[:count].T
    return Seen(lane.astype(np.int32), away.copy(), pace.copy(), crossed, view.confidence < DOUBTFUL)


def trusted(view: View, crossing_of_lane: Ints, crossings: int) -> Flags:
    """Crossings of which no more than half of the lanes are doubtful."""
    doubtful = np.bincount(crossing_of_lane, view.confidence < DOUBTFUL, crossings)
    return doubtful <= 0.5 * np.bincount(crossing_of_lane, minlength=crossings)


@compiled
def place_vehicles(queue: Floats, arrivals: Floats, speed: Floats, rows: Floats) -> int:
    """Fill (lane, metres to the line, speed) rows; says how many."""
    count = 0
    for lane in range(len(queue)):
        standing = int(queue[lane] + 0.5)
        for place in range(standing):
            if count < len(rows):
                rows[count, 0], rows[count, 1], rows[count, 2] = lane, HEAD_M + SPACE_M * place, 0.0
                count += 1
        owed = 0.0
        for second in range(min(arrivals.shape[1], int(SIGHT_M / speed[lane]))):
            owed += arrivals[lane, second]
            away = (second + 0.5) * speed[lane]
            while owed >= 0.5 and count < len(rows):
                rows[count, 0], rows[count, 1], rows[count, 2] = lane, away, speed[lane]
                count += 1
                owed -= 1.0
    return count
