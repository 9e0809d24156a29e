"""What the lights remember when their process ends, and how they begin again: exactly, or with everybody red.

A process that comes back within the second goes on as if nothing had been. One that was away for longer does not
know what was shown meanwhile: all are red until even the longest clearance is over, and those who waited have waited
all the while.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from citywide.systems.traffic.engine.control.layout import Ints
from citywide.systems.traffic.engine.safety.fallback import place_in_plan, set_place, steps_at, with_plans
from citywide.systems.traffic.engine.safety.model import LONG_AGO, RED, YELLOW, Lamps, Rules, dark_lamps

WITHIN_S = 1.5  # of a second that was not missed
Memory = Mapping[str, Sequence[int]]
PLANS = ("plan_from", "plan_phase", "plan_s")
KEPT = tuple(name for name in Lamps._fields if name not in {"marks", "leaving"})


def memory_of(rules: Rules, lamps: Lamps) -> dict[str, list[int]]:
    """Whole numbers under their names, to be written down by whoever can."""
    kept = {name: getattr(lamps, name) for name in KEPT} | {name: getattr(rules, name) for name in PLANS}
    return {name: [int(value) for value in column] for name, column in kept.items()}


def all_red(rules: Rules) -> Lamps:
    """Nobody begins before the longest clearance of the crossing is over: who knows what was shown before."""
    lamps, widths = dark_lamps(rules), np.diff(rules.move_from)
    lamps.since[:] = rules.all_red - np.repeat(rules.clearance, widths)
    return lamps


def taken_back(rules: Rules, memory: Memory, away_s: float) -> tuple[Rules, Lamps]:
    """The rules with the plans that ran, and the lights; a memory that cannot be is refused."""
    rules = _plans_of(rules, memory)
    kept = _lamps_of(rules, memory)
    return (rules, kept) if 0 <= away_s <= WITHIN_S else (rules, _after_dark(rules, kept, round(max(away_s, 0.0))))


def _plans_of(rules: Rules, memory: Memory) -> Rules:
    start, phase, seconds = (list(memory.get(name, ())) for name in PLANS)
    count = len(rules.max_red)
    if (
        len(start) != count + 1
        or start != sorted(start)
        or start[0] != 0
        or not start[-1] == len(phase) == len(seconds)
    ):
        raise ValueError(f"plans of {len(start) - 1} crossings; accepted: {count} crossings with their steps")
    steps = list(zip(phase, seconds, strict=True))
    return with_plans(rules, {at: steps[start[at] : start[at + 1]] for at in range(count)})


def _lamps_of(rules: Rules, memory: Memory) -> Lamps:
    lamps = dark_lamps(rules)
    for name in KEPT:
        column, told = getattr(lamps, name), np.array(memory.get(name, ()))
        if told.shape != column.shape or (len(told) and told.dtype.kind not in "iub"):
            raise ValueError(f"{name}: {len(told)} values; accepted: {len(column)} whole numbers")
        column[:] = told
    _check(rules, lamps)
    return lamps


def _check(rules: Rules, lamps: Lamps) -> None:
    """Each number must be one that these rules can have brought about."""
    phases, steps = np.diff(rules.phase_from), np.diff(rules.plan_from)
    bounds: dict[str, tuple[int | Ints, int | Ints]] = {
        "light": (RED, YELLOW), "level": (0, 2), "since": (-LONG_AGO, LONG_AGO), "level_s": (0, LONG_AGO),
        "waited": (0, 2**31 - 1), "target": (0, phases - 1), "plan_at": (0, steps - 1), "green_s": (0, 2**31 - 1),
    }  # fmt: skip
    for name, (low, high) in bounds.items():
        column = getattr(lamps, name)
        if ((column < low) | (column > high)).any():
            raise ValueError(f"{name}: {column.tolist()}; accepted: {low} to {high}")
    for crossing, (first, last) in enumerate(pairwise(rules.move_from.tolist())):
        lit = np.flatnonzero(lamps.light[first:last] != RED)
        square = rules.conflict[rules.square_from[crossing] :][: (last - first) ** 2].reshape(last - first, -1)
        if (square[np.ix_(lit, lit)] == 2).any():
            raise ValueError(f"crossing {crossing}: movements in conflict are lit; accepted: those that go together")


def _after_dark(rules: Rules, kept: Lamps, away_s: int) -> Lamps:
    """All red, with what is owed: calls, waits, emergencies that must not return at once, and the plan's place."""
    lamps = all_red(rules)
    lamps.called[:], lamps.target[:] = kept.called, kept.target
    lamps.waited[:] = np.where(kept.called, np.minimum(kept.waited.astype(np.int64) + away_s, LONG_AGO), 0)
    rests = np.where(kept.urgent_s > 0, -2 * rules.max_red, kept.urgent_s)
    lamps.urgent_s[:] = np.minimum(rests.astype(np.int64) + away_s, 0)
    for crossing in range(len(rules.max_red)):
        steps, at = steps_at(rules, crossing), int(kept.plan_at[crossing])
        into = sum(seconds for _, seconds in steps[: at + 1]) - int(kept.plan_left[crossing]) + away_s
        set_place(lamps, crossing, place_in_plan(steps, into))
    return lamps
