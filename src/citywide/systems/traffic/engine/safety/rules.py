"""Guards checked and laid flat, so that one kernel serves a whole city."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from citywide.systems.traffic.engine.control.layout import Ints
from citywide.systems.traffic.engine.safety.clearance import clearance_of, slots_of
from citywide.systems.traffic.engine.safety.conflicts import conflict_matrix
from citywide.systems.traffic.engine.safety.fallback import check_steps
from citywide.systems.traffic.engine.safety.model import Guard, Rules
from citywide.systems.traffic.engine.safety.waits import homes_of

LONGEST_S = 300


def rules_of(guards: Sequence[Guard]) -> Rules:
    """Check and flatten the guards; a crossing that cannot keep its own bounds is refused."""
    if not guards:
        raise ValueError("no crossing; accepted: at least one guard")
    for at, guard in enumerate(guards):
        _check(at, guard)
    return Rules(**_movements(guards), **_phases(guards), **_bounds(guards), **_plans(guards))


def _movements(guards: Sequence[Guard]) -> dict[str, Any]:
    """Each movement's times and calls, and who is in conflict with whom."""
    widths = [len(guard.min_green_s) for guard in guards]
    return {
        "move_from": _start(widths),
        "square_from": _start([width * width for width in widths]),
        "conflict": np.concatenate([conflict_matrix(guard).ravel() for guard in guards]),
        "min_green": _joined([guard.min_green_s for guard in guards]),
        "yellow": _joined([guard.yellow_s for guard in guards]),
        "all_red": _joined([guard.all_red_s for guard in guards]),
        "on_call": np.array([at in g.on_call for g in guards for at in range(len(g.min_green_s))], np.bool_),
        "home": _joined([homes_of(guard) for guard in guards]),
    }


def _phases(guards: Sequence[Guard]) -> dict[str, Any]:
    """What each phase shows to whom, and how long serving it takes."""
    return {
        "phase_from": _start([len(guard.phases) for guard in guards]),
        "wide_from": _start([len(guard.phases) * len(guard.min_green_s) for guard in guards]),
        "wants": np.concatenate([np.ravel(guard.phases) for guard in guards]).astype(np.int8),
        "slot": _joined([slots_of(guard) for guard in guards]),
    }


def _bounds(guards: Sequence[Guard]) -> dict[str, Any]:
    """What holds of a crossing as a whole."""
    return {
        "clearance": _column([clearance_of(guard) for guard in guards]),
        "max_green": _column([guard.max_green_s for guard in guards]),
        "max_red": _column([guard.max_red_s for guard in guards]),
        "emergency": _column([guard.emergency_s for guard in guards]),
    }


def _plans(guards: Sequence[Guard]) -> dict[str, Any]:
    steps = [step for guard in guards for step in guard.plan]
    return {
        "plan_from": _start([len(guard.plan) for guard in guards]),
        "plan_phase": _column([phase for phase, _ in steps]),
        "plan_s": _column([seconds for _, seconds in steps]),
    }


def _check(at: int, guard: Guard) -> None:
    width = len(guard.min_green_s)
    lengths = {len(guard.yellow_s), len(guard.all_red_s), *map(len, guard.phases)}
    if lengths != {width}:
        raise ValueError(f"crossing {at}: phases and times must name the same {width} movements")
    _check_numbers(at, guard, width)
    check_steps(at, guard.plan, len(guard.phases))
    _check_conflicts(at, guard)
    _check_time(at, guard)


def _check_numbers(at: int, guard: Guard, width: int) -> None:
    """Lights are of three levels, movements those of the crossing, and no time runs backwards."""
    named = [move for pair in (*guard.conflicts, *guard.yields) for move in pair] + list(guard.on_call)
    levels = [level for phase in guard.phases for level in phase]
    for what, values, low, high in (
        ("movement", named, 0, width - 1),
        ("light", levels, 0, 2),
        ("min_green_s", guard.min_green_s, 1, guard.max_green_s),
        ("yellow_s", guard.yellow_s, 1, LONGEST_S),
        ("all_red_s", guard.all_red_s, 0, LONGEST_S),
        ("emergency_s", (guard.emergency_s,), 0, LONGEST_S),
    ):
        odd = [value for value in values if not low <= value <= high]
        if odd:
            raise ValueError(f"crossing {at}: {what} {odd[0]}; accepted: {low} to {high}")


def _check_conflicts(at: int, guard: Guard) -> None:
    matrix = conflict_matrix(guard)
    for number, phase in enumerate(guard.phases):
        shown, sure = np.flatnonzero(phase), np.flatnonzero(np.array(phase) == 2)
        if (matrix[np.ix_(shown, shown)] == 2).any() or matrix[np.ix_(sure, sure)].any():
            raise ValueError(f"crossing {at}: phase {number} shows green to movements in conflict")


def _check_time(at: int, guard: Guard) -> None:
    slots, homes = slots_of(guard), set(homes_of(guard))
    needed = sum(slots[phase] for phase in homes) + 2 * max(slots) + clearance_of(guard)
    if needed > guard.max_red_s:
        raise ValueError(
            f"crossing {at}: serving all once can take {needed} s, more than max_red_s {guard.max_red_s}",
        )


def _start(sizes: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _joined(rows: Sequence[Sequence[int]]) -> Ints:
    return _column([value for row in rows for value in row])


def _column(values: Sequence[int]) -> Ints:
    return np.array(values, np.int32)
