"""What a pumping station says of water that is coming: its sump and its pumps, minute by minute.

    sure = speaks(said, basins)                                   # whose station can be believed
    chance = foretold(forest, rows_of(said, inputs, basins, plans))   # of a first flood within the hour

Sump and pumps together measure what truly arrives, and with it how much of the rain this catchment gives: a road that
never flooded is judged by that, and no longer by its drawings alone (see `plan`). Trees that watched many simulated
stations (`benchmarks/waterlogging/train_stations.py`) say what it has meant.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine import plan
from citywide.systems.waterlogging.engine.features import WATER
from citywide.systems.waterlogging.engine.outlook import SHAPE
from citywide.systems.waterlogging.engine.trees import Forest, predict

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MINUTES = 90
FRESH, STILL = 5, 15
FULL, MOVES_MM = 0.99, 0.5
FADING = plan.FADES ** (np.arange(MINUTES)[::-1] / 5)
LEAST_GIVEN, MOST_GIVEN = 0.2, 3.0
FALLEN_15 = len(WATER) + SHAPE.index("fallen_3")
STORM = slice(len(WATER), len(WATER) + len(SHAPE))


class Said(NamedTuple):
    """The last minutes, (site, minute), the newest last; shares of the sump and of the pumps, centimetres of water."""

    level: Array
    running: Array
    depth: Array


def speaks(said: Said, basins: plan.Basins) -> Flags:
    """Whose station was heard just now, and does not stand still while water must be arriving."""
    fresh = np.isfinite(said.level[:, -FRESH:]).any(axis=1) & np.isfinite(said.running[:, -FRESH:]).any(axis=1)
    high, low = (bound.reduce(said.level[:, -STILL:], axis=1) for bound in (np.fmax, np.fmin))
    return fresh & ~((high == low) & (high < FULL) & (basins.arrived > MOVES_MM))


def rows_of(said: Said, inputs: Array, basins: plan.Basins, plans: plan.Plans) -> Array:
    """What the trees look at, one row a site, from inputs of a refit (see `refit`), the reckoning and the station."""
    level, running, depth = (_held(values) for values in said)
    came = plans.capacity[:, None] * np.diff(level, prepend=level[:, :1]) + plans.pumped[:, None] * running / 5
    columns = (*_sump(level, running, plans), *_inflow(came, level, plans), *_rise(depth))
    reckoned = _as_it_gives(came @ FADING, level[:, -1], inputs, basins, plans)
    return np.column_stack([plan.rows_of(inputs, basins, plans), inputs[:, STORM], *columns, *reckoned])


def foretold(forest: Forest, rows: Array) -> Array:
    """The chance of water over the line within the hour, one a site."""
    return 1 / (1 + np.exp(-predict(forest, rows)))


def _held(values: Array) -> Array:
    """What was not said is as it was said last; before the first word, as that."""
    known = np.isfinite(values)
    last = np.maximum.accumulate(np.where(known, np.arange(values.shape[1]), -1), axis=1)
    last = np.where(last < 0, known.argmax(axis=1)[:, None], last)
    return np.nan_to_num(np.take_along_axis(values, last, axis=1))


def _sump(level: Array, running: Array, plans: plan.Plans) -> tuple[Array, ...]:
    now = level[:, -1]
    moved = (now - level[:, -1 - minutes] for minutes in (2, 5, 15))
    ran = (running[:, -minutes:].mean(axis=1) for minutes in (1, 5, 15))
    return now, *moved, *ran, (1 - now) * plans.capacity


def _inflow(came: Array, level: Array, plans: plan.Plans) -> tuple[Array, ...]:
    """Millimetres of the catchment in five minutes, and what of them the pumps cannot take."""
    q3, q5, q15, q30 = (5 * came[:, -minutes:].mean(axis=1) for minutes in (3, 5, 15, 30))
    most = 5 * came.reshape(len(came), -1, 5).mean(axis=2).max(axis=1)
    room, over = (1 - level[:, -1]) * plans.capacity, q5 - plans.pumped
    soon = room / np.maximum(q3 - plans.pumped, 0.02), 6 * over - room
    return q3, q5, q15, q30, most, q3 - q15, q15 - q30, q3 - plans.pumped, over, q15 - plans.pumped, *soon


def _rise(depth: Array) -> tuple[Array, ...]:
    return depth[:, -1], depth[:, -1] - depth[:, -2], depth[:, -1] - depth[:, -4]


def _as_it_gives(
    arrived: Array, level: Array, inputs: Array, basins: plan.Basins, plans: plan.Plans
) -> tuple[Array, ...]:
    """The sump in half an hour and in an hour if the catchment goes on to give as much of the rain as it gave."""
    gives = np.clip((arrived + 1) / (basins.arrived + 1), LEAST_GIVEN, MOST_GIVEN)
    soon, later = inputs[:, plan.FORESEEN].T
    coming, stored = basins.upper + basins.lower, level * plans.capacity
    stays = gives * plan.RUNOFF * inputs[:, FALLEN_15] / 3 - plans.pumped
    half = stored + gives * (0.8 * coming + 0.6 * plan.RUNOFF * soon) - 6 * plans.pumped
    hour = stored + gives * (coming + 0.8 * plan.RUNOFF * later) - 12 * plans.pumped
    lasting = stored + 6 * stays - plans.capacity
    return (
        arrived,
        gives,
        gives * coming,
        stays,
        lasting,
        half - plans.capacity,
        hour - plans.capacity,
        hour / plans.capacity,
    )
