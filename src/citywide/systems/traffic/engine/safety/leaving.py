"""Who stands within the crossing when the lights change is let out, before those in conflict lock it for good.

Behind somebody who waits for a gap stands whoever follows, past the line; both get away only with the change. Whoever
had to give way is used to it: the way is held free for those whose green was protected.
"""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Flags
from citywide.systems.traffic.engine.safety.model import Lamps, Rules
from citywide.systems.traffic.engine.safety.waits import in_time


@compiled
def let_out(rules: Rules, lamps: Lamps, crossing: int, leaving: Flags, hurry: bool) -> None:
    """Note whose way is held free this second: nobody's in an emergency, or where somebody would wait too long."""
    first, last, some = rules.move_from[crossing], rules.move_from[crossing + 1], False
    for move in range(first, last):
        lamps.leaving[move] = leaving[move] and lamps.level[move] == 2 and not hurry
        some |= lamps.leaving[move]
    if some and not in_time(rules, lamps, crossing, lamps.target[crossing]):
        lamps.leaving[first:last] = False
