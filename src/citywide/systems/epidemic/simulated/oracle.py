"""From when on an outbreak could be seen by somebody who knows what is usual: who has to learn it can see no more.

An oracle knows the mean of every day at every place, and how the counts scatter about it. It sees an outbreak on the
first morning on which one, two or three weeks with the outbreak's people in them would come about by chance in less
than one in a thousand, however many false alarms the city puts up with. A handful of people among many others is thus
nobody's miss.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from citywide.systems.epidemic.simulated.counts import SPREAD

Floats = NDArray[np.float64]
WEEKS = (1, 2, 3)
CHANCE = 0.001


def first_seen(usual: Floats, extra: Floats) -> int | None:
    """The first day, counted from the first of `usual` and `extra`, whose evening shows too many; None if none does."""
    days = [day for weeks in WEEKS for day in _beyond_chance(_ending(usual, 7 * weeks), _ending(extra, 7 * weeks))]
    return min(days, default=None)


def _beyond_chance(usual: Floats, extra: Floats) -> Iterator[int]:
    """Gamma-Poisson counts: the chance of so many or more is an incomplete beta function."""
    chance = betainc(np.maximum(usual + extra, 1e-9), usual / (SPREAD - 1), 1 - 1 / SPREAD)
    yield from np.flatnonzero((extra > 0) & (chance <= CHANCE)).tolist()


def _ending(daily: Floats, days: int) -> Floats:
    """Sums of so many days up to each."""
    whole = np.concatenate([np.zeros(days), np.cumsum(daily)])
    return whole[days:] - whole[:-days]
