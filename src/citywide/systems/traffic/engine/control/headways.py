"""A line through the times at which a queue's first, second, third … vehicle crosses: headway and start-up loss."""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Floats

PROTECTED_RATE, START_UP_S = 0.5, 1.0
MOST_IN_LINE, FADE = 12.0, 1.0 - 1.0 / 150.0
NUMBERS = np.arange(1.0, 5.0)
AFTER = START_UP_S + NUMBERS / PROTECTED_RATE
PRIOR_LINE = 4.0 * np.array([4.0, NUMBERS.sum(), (NUMBERS**2).sum(), AFTER.sum(), (NUMBERS * AFTER).sum()])


@compiled
def fit(line: Floats, number: float, after: float) -> None:
    """One more vehicle of a queue: the how manieth it was, and how long after green it crossed."""
    for at in range(len(line)):
        line[at] *= FADE
    line[0] += 1.0
    line[1] += number
    line[2] += number * number
    line[3] += after
    line[4] += number * after


@compiled
def headway(line: Floats) -> float:
    """Seconds from one vehicle of a queue to the next: the slope of crossing times over their numbers."""
    wide = line[0] * line[2] - line[1] * line[1]
    slope = (line[0] * line[4] - line[1] * line[3]) / wide if wide > 0.0 else 2.0
    return min(max(slope, 1.2), 6.0)


@compiled
def intercept(line: Floats) -> float:
    """The start-up loss that goes with the headway; below nought where the first crosses sooner than a headway."""
    loss = (line[3] - headway(line) * line[1]) / line[0]
    return min(max(loss, -2.0), 6.0)
