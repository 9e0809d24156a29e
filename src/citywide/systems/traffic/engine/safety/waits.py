"""Nobody starves: a change of phase is accepted only while everyone who waits can still be served in time.

Those who wait are planned in the order of their deadlines; a wish that breaks that plan is refused.
"""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Flags
from citywide.systems.traffic.engine.safety.model import Guard, Lamps, Rules


def homes_of(guard: Guard) -> list[int]:
    """A small set of phases that together serve every movement, and which of them serves whom."""
    home = [-1] * len(guard.min_green_s)
    while -1 in home:
        gains = [sum(1 for m, on in enumerate(row) if on and home[m] < 0) for row in guard.phases]
        best = int(np.argmax(gains))
        if not gains[best]:
            raise ValueError(f"no phase serves movement {home.index(-1)}")
        home = [best if home[m] < 0 and on else home[m] for m, on in enumerate(guard.phases[best])]
    return home


@compiled
def allowed(rules: Rules, lamps: Lamps, crossing: int, asked: int) -> int:
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


@compiled
def first_due(rules: Rules, lamps: Lamps, crossing: int, phase: int) -> int:
    """The phase of whoever has waited longest and is not served by `phase`; -1 if nobody waits."""
    served = lamps.marks[rules.move_from[crossing] : rules.move_from[crossing + 1]]
    served[:] = False
    add_served(rules, crossing, phase, served)
    move = next_due(rules, lamps, crossing, served)
    return -1 if move < 0 else int(rules.home[move])


@compiled
def in_time(rules: Rules, lamps: Lamps, crossing: int, asked: int) -> bool:
    """Whether all who wait are served before their longest red, one after the other, with a slot to spare."""
    served = lamps.marks[rules.move_from[crossing] : rules.move_from[crossing + 1]]
    served[:] = False
    add_served(rules, crossing, asked, served)
    first, last = rules.phase_from[crossing], rules.phase_from[crossing + 1]
    longest = 0
    for phase in range(first, last):
        longest = max(longest, rules.slot[phase])
    after = leave_s(rules, lamps, crossing, asked) + longest
    while True:
        move = next_due(rules, lamps, crossing, served)
        if move < 0:
            return True
        if lamps.waited[move] + after + rules.clearance[crossing] > rules.max_red[crossing]:
            return False
        after += rules.slot[first + rules.home[move]]
        add_served(rules, crossing, rules.home[move], served)


@compiled
def leave_s(rules: Rules, lamps: Lamps, crossing: int, asked: int) -> int:
    """Seconds until the crossing could leave the asked phase, and so begin to serve another."""
    slot = rules.slot[rules.phase_from[crossing] + asked]
    if asked == lamps.target[crossing] and lamps.settled[crossing]:
        return max(1, slot - rules.clearance[crossing] - lamps.green_s[crossing])
    return slot + rules.clearance[crossing]


@compiled
def next_due(rules: Rules, lamps: Lamps, crossing: int, served: Flags) -> int:
    """The movement that has waited longest of those that `served` does not name; -1 for none."""
    first, found = rules.move_from[crossing], -1
    for move in range(first, rules.move_from[crossing + 1]):
        due = lamps.called[move] and not served[move - first]
        if due and (found < 0 or lamps.waited[move] > lamps.waited[found]):
            found = move
    return found


@compiled
def add_served(rules: Rules, crossing: int, phase: int, served: Flags) -> None:
    """Mark whom the phase serves."""
    row = rules.wide_from[crossing] + phase * len(served)
    for move in range(len(served)):
        served[move] |= rules.wants[row + move] > 0
