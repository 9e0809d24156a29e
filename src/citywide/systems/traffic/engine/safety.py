"""The safety layer: whatever an optimiser asks for, only safe lights come out.

Every movement is its own small machine (red, green, yellow): it turns green only when each movement in
conflict with it has been red for its all-red time, and it ends no green early and skips no clearance.
Above it, a change of phase is accepted only while everyone who waits can still be served in time: the
waiting movements are planned in the order of their deadlines, and a wish that breaks that plan is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numba import njit

from citywide.systems.traffic.engine.control.layout import Bytes, Flags, Ints

RED, GREEN, YELLOW = 0, 1, 2


@dataclass(frozen=True)
class Guard:
    """What one crossing may never break; a pedestrian movement's clearance is its `yellow_s`."""

    phases: tuple[tuple[int, ...], ...]
    conflicts: tuple[tuple[int, int], ...]  # never green together
    min_green_s: tuple[int, ...]
    yellow_s: tuple[int, ...]
    all_red_s: tuple[int, ...]
    plan: tuple[tuple[int, int], ...]
    yields: tuple[tuple[int, int], ...] = ()  # green together only while one of the two is permissive
    on_call: tuple[int, ...] = ()
    max_green_s: int = 60
    max_red_s: int = 90
    emergency_s: int = 60


class Rules(NamedTuple):
    """The guards of all crossings, flat."""

    move_from: Ints
    phase_from: Ints
    wide_from: Ints  # phase × movement
    wants: Bytes  # 0 red, 1 permissive, 2 protected
    square_from: Ints  # movement × movement
    conflict: Bytes  # 0 none, 1 only together while one of them is permissive, 2 never together
    min_green: Ints
    yellow: Ints
    all_red: Ints
    on_call: Flags
    home: Ints  # movement: the phase that serves it when its time has come
    slot: Ints  # phase: seconds that serving it takes at most, clearance included
    clearance: Ints
    max_green: Ints
    max_red: Ints
    emergency: Ints
    plan_from: Ints
    plan_phase: Ints
    plan_s: Ints


class Lamps(NamedTuple):
    """What is shown, and since when; updated in place."""

    light: Bytes
    since: Ints
    called: Flags
    waited: Ints
    target: Ints
    settled: Flags
    green_s: Ints
    level: Bytes  # of a green movement: 1 permissive, 2 protected
    level_s: Ints  # seconds since it was protected, while it is permissive
    plan_at: Ints
    plan_left: Ints
    urgent_s: Ints


def _start(sizes: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def rules_of(guards: Sequence[Guard]) -> Rules:
    """Check and flatten the guards; a crossing that cannot keep its own bounds is refused."""
    for at, guard in enumerate(guards):
        _check(at, guard)
    widths = [len(guard.min_green_s) for guard in guards]
    homes = [_homes(guard) for guard in guards]
    plans = [step for guard in guards for step in guard.plan]
    return Rules(
        move_from=_start(widths),
        phase_from=_start([len(guard.phases) for guard in guards]),
        wide_from=_start([len(guard.phases) * width for guard, width in zip(guards, widths, strict=True)]),
        wants=np.concatenate([np.ravel(guard.phases) for guard in guards]).astype(np.int8),
        square_from=_start([width * width for width in widths]),
        conflict=np.concatenate([_matrix(guard).ravel() for guard in guards]),
        min_green=_joined([guard.min_green_s for guard in guards]),
        yellow=_joined([guard.yellow_s for guard in guards]),
        all_red=_joined([guard.all_red_s for guard in guards]),
        on_call=np.array([at in g.on_call for g in guards for at in range(len(g.min_green_s))], np.bool_),
        home=_joined(homes),
        slot=_joined([_slots(guard) for guard in guards]),
        clearance=np.array([_clearance(guard) for guard in guards], np.int32),
        max_green=np.array([guard.max_green_s for guard in guards], np.int32),
        max_red=np.array([guard.max_red_s for guard in guards], np.int32),
        emergency=np.array([guard.emergency_s for guard in guards], np.int32),
        plan_from=_start([len(guard.plan) for guard in guards]),
        plan_phase=np.array([phase for phase, _ in plans], np.int32),
        plan_s=np.array([seconds for _, seconds in plans], np.int32),
    )


def _joined(rows: Sequence[Sequence[int]]) -> Ints:
    return np.array([value for row in rows for value in row], np.int32)


def _check(at: int, guard: Guard) -> None:
    width = len(guard.min_green_s)
    lengths = {len(guard.yellow_s), len(guard.all_red_s), *map(len, guard.phases)}
    if lengths != {width}:
        raise ValueError(f"crossing {at}: phases and times must name the same {width} movements")
    if not guard.plan or any(not 0 <= phase < len(guard.phases) or s < 1 for phase, s in guard.plan):
        raise ValueError(f"crossing {at}: the fixed plan needs steps of known phases and at least 1 s")
    matrix = _matrix(guard)
    for number, phase in enumerate(guard.phases):
        shown = np.flatnonzero(phase)
        sure = np.flatnonzero(np.array(phase) == 2)
        if (matrix[np.ix_(shown, shown)] == 2).any() or matrix[np.ix_(sure, sure)].any():
            raise ValueError(f"crossing {at}: phase {number} shows green to movements in conflict")
    _check_time(at, guard)


def _check_time(at: int, guard: Guard) -> None:
    slots, homes = _slots(guard), set(_homes(guard))
    needed = sum(slots[phase] for phase in homes) + 2 * max(slots) + _clearance(guard)
    if needed > guard.max_red_s:
        raise ValueError(
            f"crossing {at}: serving all once can take {needed} s, more than max_red_s {guard.max_red_s}",
        )


def _matrix(guard: Guard) -> Bytes:
    matrix = np.zeros((len(guard.min_green_s),) * 2, np.int8)
    for strength, pairs in ((1, guard.yields), (2, guard.conflicts)):
        for one, other in pairs:
            matrix[one, other] = matrix[other, one] = strength
    return matrix


def _homes(guard: Guard) -> list[int]:
    """A small set of phases that together serve every movement, and which of them serves whom."""
    home = [-1] * len(guard.min_green_s)
    while -1 in home:
        gains = [sum(1 for m, on in enumerate(row) if on and home[m] < 0) for row in guard.phases]
        best = int(np.argmax(gains))
        if not gains[best]:
            raise ValueError(f"no phase serves movement {home.index(-1)}")
        home = [best if home[m] < 0 and on else home[m] for m, on in enumerate(guard.phases[best])]
    return home


def _clearance(guard: Guard) -> int:
    return max(y + r for y, r in zip(guard.yellow_s, guard.all_red_s, strict=True))


def _slots(guard: Guard) -> list[int]:
    clearance = _clearance(guard)
    return [clearance + max((s for s, on in zip(guard.min_green_s, row, strict=True) if on), default=0) + 1
            for row in guard.phases]  # fmt: skip


def dark_lamps(rules: Rules) -> Lamps:
    """All red, long enough for anyone to start."""
    moves, crossings = int(rules.move_from[-1]), len(rules.max_red)
    return Lamps(
        np.zeros(moves, np.int8), np.full(moves, 99, np.int32), np.zeros(moves, np.bool_),
        np.zeros(moves, np.int32), rules.plan_phase[rules.plan_from[:-1]].copy(),
        np.zeros(crossings, np.bool_), np.zeros(crossings, np.int32), np.zeros(moves, np.int8),
        np.full(moves, 99, np.int32), np.zeros(crossings, np.int32),
        rules.plan_s[rules.plan_from[:-1]].copy(), np.zeros(crossings, np.int32),
    )  # fmt: skip


@dataclass
class Safety:
    """The lights of all crossings: ask with `step`, read `lamps`."""

    rules: Rules
    lamps: Lamps = field(init=False)

    def __post_init__(self) -> None:
        self.lamps = dark_lamps(self.rules)

    def step(self, wish: Ints, trusted: Flags, calls: Flags, emergency: Ints | None = None) -> Bytes:
        """One second: wishes (phase or anything else) per crossing, calls per movement; the lights shown."""
        urgent = np.full(len(wish), -1, np.int32) if emergency is None else emergency
        step_all(self.rules, self.lamps, wish, trusted, calls, urgent)
        return self.lamps.light


@njit(cache=True)
def step_all(
    rules: Rules,
    lamps: Lamps,
    wish: Ints,
    trusted: Flags,
    calls: Flags,
    urgent: Ints,
) -> None:
    """One second of every crossing."""
    for crossing in range(len(wish)):
        serving = wait(rules, lamps, crossing, calls, urgent[crossing])
        asked = follow_plan(rules, lamps, crossing)
        phases = rules.phase_from[crossing + 1] - rules.phase_from[crossing]
        if serving:
            lamps.target[crossing] = urgent[crossing]
        else:
            if trusted[crossing] and 0 <= wish[crossing] < phases:
                asked = wish[crossing]
            lamps.target[crossing] = allowed(rules, lamps, crossing, asked)
        show(rules, lamps, crossing)


@njit(cache=True)
def wait(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    calls: Flags,
    urgent: int,
) -> bool:
    """Count the waits; they stand still while an emergency vehicle is served. Says whether one is."""
    phases = rules.phase_from[crossing + 1] - rules.phase_from[crossing]
    left = lamps.urgent_s[crossing]
    serving = 0 <= urgent < phases and 0 <= left < rules.emergency[crossing]
    if serving:
        lamps.urgent_s[crossing] = left + 1
    elif left > 0:
        lamps.urgent_s[crossing] = -2 * rules.max_red[crossing]  # nobody is held up twice in a row
    elif left < 0:
        lamps.urgent_s[crossing] = left + 1
    for move in range(rules.move_from[crossing], rules.move_from[crossing + 1]):
        if lamps.light[move] == GREEN:
            lamps.called[move], lamps.waited[move] = False, 0
            continue
        lamps.called[move] |= calls[move]
        if lamps.called[move] and not serving:
            lamps.waited[move] += 1
    return serving


@njit(cache=True)
def follow_plan(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
) -> int:
    """The fixed plan runs on underneath, so that falling back to it is no jump."""
    first, last = rules.plan_from[crossing], rules.plan_from[crossing + 1]
    lamps.plan_left[crossing] -= 1
    if lamps.plan_left[crossing] <= 0:
        lamps.plan_at[crossing] = (lamps.plan_at[crossing] + 1) % (last - first)
        lamps.plan_left[crossing] = rules.plan_s[first + lamps.plan_at[crossing]]
    return int(rules.plan_phase[first + lamps.plan_at[crossing]])


@njit(cache=True)
def allowed(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    asked: int,
) -> int:
    """The asked phase if everyone who waits can still be served in time, else the phase of the first due."""
    target = lamps.target[crossing]
    due = first_due(rules, lamps, crossing, target)
    if asked == target and due >= 0 and lamps.green_s[crossing] >= rules.max_green[crossing]:
        asked = due
    if asked != target and not lamps.settled[crossing]:
        asked = target  # a change that has begun is completed first
    if due < 0 or in_time(rules, lamps, crossing, asked):
        return asked
    return due if lamps.settled[crossing] else target


@njit(cache=True)
def leave_s(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    asked: int,
) -> int:
    """Seconds until the crossing could leave the asked phase, and so begin to serve another."""
    target = lamps.target[crossing]
    slot = rules.slot[rules.phase_from[crossing] + asked]
    if asked == target and lamps.settled[crossing]:
        rest = slot - rules.clearance[crossing] - lamps.green_s[crossing]
        return max(1, rest)
    return slot + rules.clearance[crossing]


@njit(cache=True)
def next_due(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    served: Flags,
) -> int:
    """The movement that has waited longest of those that `served` does not name; -1 for none."""
    first, found = rules.move_from[crossing], -1
    for move in range(first, rules.move_from[crossing + 1]):
        due = lamps.called[move] and not served[move - first]
        if due and (found < 0 or lamps.waited[move] > lamps.waited[found]):
            found = move
    return found


@njit(cache=True)
def add_served(
    rules: Rules,
    crossing: int,
    phase: int,
    served: Flags,
) -> None:
    """Mark whom the phase serves."""
    width = len(served)
    row = rules.wide_from[crossing] + phase * width
    for move in range(width):
        served[move] |= rules.wants[row + move] > 0


@njit(cache=True)
def first_due(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    phase: int,
) -> int:
    """The phase of whoever has waited longest and is not served by `phase`; -1 if nobody waits."""
    served = np.zeros(rules.move_from[crossing + 1] - rules.move_from[crossing], np.bool_)
    add_served(rules, crossing, phase, served)
    move = next_due(rules, lamps, crossing, served)
    return -1 if move < 0 else rules.home[move]


@njit(cache=True)
def in_time(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    asked: int,
) -> bool:
    """Whether all who wait are served before their longest red, one after the other, with a slot to spare."""
    width = rules.move_from[crossing + 1] - rules.move_from[crossing]
    served = np.zeros(width, np.bool_)
    add_served(rules, crossing, asked, served)
    first, last = rules.phase_from[crossing], rules.phase_from[crossing + 1]
    spare = rules.slot[first:last].max()
    after = leave_s(rules, lamps, crossing, asked) + spare
    while True:
        move = next_due(rules, lamps, crossing, served)
        if move < 0:
            return True
        if lamps.waited[move] + after + rules.clearance[crossing] > rules.max_red[crossing]:
            return False
        after += rules.slot[first + rules.home[move]]
        add_served(rules, crossing, rules.home[move], served)


@njit(cache=True)
def show(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
) -> None:
    """Move every light of a crossing by one second towards its target, never against a conflict."""
    first, last = rules.move_from[crossing], rules.move_from[crossing + 1]
    row = rules.wide_from[crossing] + lamps.target[crossing] * (last - first)
    for move in range(first, last):
        end_light(rules, lamps, move, int(rules.wants[row + move - first]))
    done = True
    for move in range(first, last):
        wanted = rules.wants[row + move - first]
        if wanted == 0:
            done &= lamps.light[move] == RED
        elif lamps.light[move] == GREEN:
            if wanted == 2 and lamps.level[move] == 1 and free(rules, lamps, crossing, move, 2):
                lamps.level[move] = 2
            done &= lamps.level[move] == wanted
        elif rules.on_call[move] and not lamps.called[move]:
            continue
        elif lamps.light[move] == RED and lamps.since[move] > 0 and free(rules, lamps, crossing, move, wanted):
            lamps.light[move], lamps.level[move], lamps.since[move], lamps.level_s[move] = (
                GREEN,
                wanted,
                0,
                99,
            )
        else:
            done = False
    lamps.green_s[crossing] = lamps.green_s[crossing] + 1 if done and lamps.settled[crossing] else 0
    lamps.settled[crossing] = done


@njit(cache=True)
def end_light(
    rules: Rules,
    lamps: Lamps,
    move: int,
    wanted: int,
) -> None:
    """What is no longer wanted ends in its own time: minimum green, then yellow, then red."""
    lamps.since[move] = min(lamps.since[move] + 1, 30000)
    lamps.level_s[move] = min(lamps.level_s[move] + 1, 30000)
    light, since = lamps.light[move], lamps.since[move]
    if light == GREEN and since >= rules.min_green[move]:
        if wanted == 0:
            lamps.light[move], lamps.since[move] = YELLOW, 0
        elif wanted == 1 and lamps.level[move] == 2:
            lamps.level[move], lamps.level_s[move] = 1, 0
    elif light == YELLOW and since >= rules.yellow[move]:
        lamps.light[move], lamps.since[move] = RED, 0


@njit(cache=True)
def free(
    rules: Rules,
    lamps: Lamps,
    crossing: int,
    move: int,
    level: int,
) -> bool:
    """Whether everyone in conflict is red, or yields, and has been so for its clearance."""
    first, last = rules.move_from[crossing], rules.move_from[crossing + 1]
    row = rules.square_from[crossing] + (move - first) * (last - first)
    for other in range(first, last):
        strength = rules.conflict[row + other - first]
        if strength == 0:
            continue
        if lamps.light[other] == RED:
            if lamps.since[other] < rules.all_red[other]:
                return False
            continue
        if strength == 2 or lamps.light[other] == YELLOW:
            return False
        cleared = lamps.level_s[other] >= rules.yellow[other] + rules.all_red[other]
        if level == 2 and not (lamps.level[other] == 1 and cleared):
            return False
        if level == 1 and lamps.level[other] == 1 and not cleared:
            return False
    return True
