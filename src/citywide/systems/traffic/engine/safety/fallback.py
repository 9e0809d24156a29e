"""The fixed plan runs on underneath everything, so that falling back to it is no jump; it may be changed any time."""

from collections.abc import Mapping, Sequence

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.safety.model import Lamps, Rules, Steps

LONGEST_CYCLE_S = 300


def check_steps(crossing: int, steps: Sequence[tuple[int, int]], phases: int) -> None:
    """Refuse a plan that names no step, an unknown phase, no time, or a cycle that nobody waits for."""
    if not steps or any(not 0 <= phase < phases or seconds < 1 for phase, seconds in steps):
        raise ValueError(
            f"crossing {crossing}: the fixed plan needs steps of known phases and at least 1 s; "
            f"accepted: phases 0 to {phases - 1}"
        )
    cycle = sum(seconds for _, seconds in steps)
    if cycle > LONGEST_CYCLE_S:
        raise ValueError(f"crossing {crossing}: a cycle of {cycle} s; accepted: at most {LONGEST_CYCLE_S} s")


def with_plans(rules: Rules, plans: Mapping[int, Sequence[tuple[int, int]]]) -> Rules:
    """The rules with other fixed plans at some crossings."""
    for crossing, steps in plans.items():
        check_steps(crossing, steps, int(rules.phase_from[crossing + 1] - rules.phase_from[crossing]))
    all_steps = [tuple(plans.get(at, steps_at(rules, at))) for at in range(len(rules.max_red))]
    flat = [step for steps in all_steps for step in steps]
    starts = np.concatenate([[0], np.cumsum([len(steps) for steps in all_steps])])
    return rules._replace(
        plan_from=starts.astype(np.int32),
        plan_phase=np.array([phase for phase, _ in flat], np.int32),
        plan_s=np.array([seconds for _, seconds in flat], np.int32),
    )


def steps_at(rules: Rules, crossing: int) -> Steps:
    """The fixed plan of a crossing."""
    rows = slice(int(rules.plan_from[crossing]), int(rules.plan_from[crossing + 1]))
    return tuple(zip(rules.plan_phase[rows].tolist(), rules.plan_s[rows].tolist(), strict=True))


def place_in_plan(steps: Sequence[tuple[int, int]], into_s: float) -> tuple[int, int]:
    """The step that runs after so many seconds of the cycle, and how long it runs on."""
    left = int(into_s) % sum(seconds for _, seconds in steps)
    for at, (_, seconds) in enumerate(steps):
        if left < seconds:
            return at, seconds - left
        left -= seconds
    raise AssertionError("a place within the cycle lies in a step")


def set_place(lamps: Lamps, crossing: int, place: tuple[int, int]) -> None:
    """Let the plan stand at a step with so many seconds left, counting the one that begins now."""
    lamps.plan_at[crossing], lamps.plan_left[crossing] = place[0], place[1] + 1


@compiled
def follow_plan(rules: Rules, lamps: Lamps, crossing: int) -> int:
    """One second of the plan; the phase that it asks for."""
    first, last = rules.plan_from[crossing], rules.plan_from[crossing + 1]
    lamps.plan_left[crossing] -= 1
    if lamps.plan_left[crossing] <= 0:
        lamps.plan_at[crossing] = (lamps.plan_at[crossing] + 1) % (last - first)
        lamps.plan_left[crossing] = rules.plan_s[first + lamps.plan_at[crossing]]
    return int(rules.plan_phase[first + lamps.plan_at[crossing]])
