"""Who is never green together: a crossing's table of conflicts, and whether a movement may turn green now."""

import numpy as np

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Bytes
from citywide.systems.traffic.engine.safety.model import RED, YELLOW, Guard, Lamps, Rules

PATIENCE_S = 6  # of red, for who is let out


def conflict_matrix(guard: Guard) -> Bytes:
    """Movement × movement: 2 never together, 1 only while one of the two is permissive."""
    matrix = np.zeros((len(guard.min_green_s),) * 2, np.int8)
    for strength, pairs in ((1, guard.yields), (2, guard.conflicts)):
        for one, other in pairs:
            matrix[one, other] = matrix[other, one] = strength
    return matrix


@compiled
def may_be_green(rules: Rules, lamps: Lamps, crossing: int, move: int, level: int) -> bool:
    """Whether everyone in conflict is red, or yields, and has been so for its clearance."""
    first, last = rules.move_from[crossing], rules.move_from[crossing + 1]
    row = rules.square_from[crossing] + (move - first) * (last - first)
    for other in range(first, last):
        strength = rules.conflict[row + other - first]
        if strength > 0 and not gives_way(rules, lamps, other, strength, level):
            return False
    return True


@compiled
def gives_way(rules: Rules, lamps: Lamps, other: int, strength: int, level: int) -> bool:
    """Whether a movement in conflict leaves the way free for a green of this level."""
    if lamps.light[other] == RED:
        patience = PATIENCE_S if lamps.leaving[other] else 0
        return lamps.since[other] >= rules.all_red[other] + patience
    if strength == 2 or lamps.light[other] == YELLOW:
        return False
    permissive = lamps.level[other] == 1
    cleared = lamps.level_s[other] >= rules.yellow[other] + rules.all_red[other]
    return (permissive and cleared) if level == 2 else (cleared or not permissive)
