"""The interval that holds nine times in ten: conformal arms about the forecast, each gauge's own.

The model's arms are stretched and shrunk with the share of recent depths that fell beyond them: the lower and the
upper by themselves, and while it rains otherwise than after the rain, when much more is known. Arms learn where
there is water, or could be: a dry road would teach them to be careless, and the first minutes of a storm that
nobody foretold to be timid (see `onset` for those).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.memory import LEADS

Array = NDArray[np.float64]

MISS_SHARE = 0.058
"""Of each arm; with what the slack lets pass, nine in ten hold."""

PACE = 0.04
STAKE_CM, SLACK_CM = 0.5, 0.1
LEAST, MOST = 0.05, 20.0
"""A gauge that its own storms have taught is many times surer than sites in general, the more so after the rain."""

LEAST_ARM = 0.02
"""Of what the gauge's water rises in a usual storm's hour: even where the model is certain, an arm can be stretched."""

AFTER, RAINING, UNTOLD = 0, 1, -1


class Arms(NamedTuple):
    """How far arms are stretched, (site, regime, lead, low or high), and the intervals not yet judged."""

    stretch: Array
    waiting: Array
    regimes: NDArray[np.int64]


def arms_of(sites: int) -> Arms:
    """As the model has them."""
    longest = max(LEADS)
    return Arms(
        np.ones((sites, 2, len(LEADS), 2)),
        np.zeros((sites, longest, len(LEADS), 2)),
        np.full((sites, longest), UNTOLD),
    )


def paused(arms: Arms) -> Arms:
    """A new record begins: what waited is never judged."""
    return arms._replace(regimes=np.full_like(arms.regimes, UNTOLD))


def judged(arms: Arms, depth: Array) -> Arms:
    """Stretch an arm that missed, shrink one that held, so that each misses its share."""
    stretch = arms.stretch.copy()
    for lead, steps in enumerate(LEADS):
        low, high = arms.waiting[:, steps - 1, lead].T
        regime = arms.regimes[:, steps - 1]
        at_stake = (regime != UNTOLD) & np.isfinite(depth) & (np.maximum(high, depth) > STAKE_CM)
        site = np.flatnonzero(at_stake & (high > low + SLACK_CM))
        misses = np.stack([depth < low - SLACK_CM, depth > high + SLACK_CM], axis=1)[site]
        stretch[site, regime[site], lead] *= np.exp(PACE * (misses - MISS_SHARE))
    return arms._replace(stretch=np.clip(stretch, LEAST, MOST))


def spread(arms: Arms, depth: Array, low: Array, high: Array, regime: NDArray[np.int64], scale: Array) -> Array:
    """The model's interval (site, lead) about the forecast with the arms' stretch: (site, lead, low or high)."""
    stretch = arms.stretch[np.arange(len(depth)), np.maximum(regime, AFTER)]
    least = LEAST_ARM * scale[:, None]
    below = depth - stretch[..., 0] * (depth - low + least)
    above = depth + stretch[..., 1] * (high - depth + least)
    return np.stack([np.maximum(below, 0.0), above], axis=2)


def held(arms: Arms, low: Array, high: Array, regime: NDArray[np.int64]) -> Arms:
    """Remember what was said until it can be judged."""
    newest = np.stack([low, high], axis=2)[:, None]
    waiting = np.concatenate([newest, arms.waiting[:, :-1]], axis=1)
    regimes = np.concatenate([regime[:, None], arms.regimes[:, :-1]], axis=1)
    return arms._replace(waiting=waiting, regimes=regimes)
