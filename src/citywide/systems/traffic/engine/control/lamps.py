"""The lights while a plan is played: kept, changed, in yellow."""

from typing import NamedTuple

import numpy as np

from citywide.kit.compiled import inlined
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.policy import best_phase
from citywide.systems.traffic.engine.control.view import Desk, View

LITTLE_FLOW, LOOKS_EVERY_S = 0.2, 4  # a flow this small, and these seconds, always make the base policy look again


class Lamps(NamedTuple):
    """The phase wanted and the one before it (-1: none), seconds of yellow left and of green shown."""

    phase: int
    before: int
    clearing: float
    green: float
    rival: float  # vehicles/s under which the base policy looks for another phase


@inlined
def changed(  # noqa: PLR0913, PLR0917 - one kernel
    view: View, habits: Habits, desk: Desk, lamps: Lamps, keep: int, then: int, flow: float, second: int
) -> Lamps:
    """What is wanted this second: the plan first, what the base policy likes best after it."""
    if lamps.clearing > 0.0 or second < keep or (second - keep) % habits.cadence_s != 0:
        return lamps
    target, rival = then if second == keep else lamps.phase, lamps.rival
    tired = flow < rival or flow < LITTLE_FLOW or second % LOOKS_EVERY_S < habits.cadence_s
    if second > keep and lamps.green >= view.min_green and tired:
        target, rival = best_phase(view, desk, lamps.phase, habits, second), flow * habits.recheck
    if target == lamps.phase:
        return Lamps(lamps.phase, lamps.before, lamps.clearing, lamps.green, rival)
    return Lamps(target, lamps.phase, view.lost, 0.0, np.inf)


@inlined
def ticked(lamps: Lamps) -> Lamps:
    """One second of yellow, or of green."""
    if lamps.clearing > 0.0:
        return Lamps(lamps.phase, lamps.before, lamps.clearing - 1.0, lamps.green, lamps.rival)
    return Lamps(lamps.phase, -1, lamps.clearing, lamps.green + 1.0, lamps.rival)


@inlined
def serving(lamps: Lamps, lost: float, amber_s: float) -> int:
    """The phase by which vehicles go: the one before, as long as those too near to stop still cross."""
    return lamps.before if lamps.before >= 0 and lost - lamps.clearing <= amber_s else lamps.phase
