"""Every light moves by one second towards the phase that is wanted, never against a conflict."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.safety.clearance import end_light
from citywide.systems.traffic.engine.safety.conflicts import may_be_green
from citywide.systems.traffic.engine.safety.model import GREEN, RED, Lamps, Rules
from citywide.systems.traffic.engine.safety.pedestrians import stays_dark


@compiled
def show(rules: Rules, lamps: Lamps, crossing: int) -> None:
    """One second of a crossing: what must end ends, what may begin begins."""
    first, last = rules.move_from[crossing], rules.move_from[crossing + 1]
    row = rules.wide_from[crossing] + lamps.target[crossing] * (last - first)
    for move in range(first, last):
        end_light(rules, lamps, move, int(rules.wants[row + move - first]))
    done = True
    for move in range(first, last):
        done &= begin_light(rules, lamps, crossing, move, int(rules.wants[row + move - first]))
    lamps.green_s[crossing] = lamps.green_s[crossing] + 1 if done and lamps.settled[crossing] else 0
    lamps.settled[crossing] = done


@compiled
def begin_light(rules: Rules, lamps: Lamps, crossing: int, move: int, wanted: int) -> bool:
    """What is wanted begins when it may; says whether the movement shows what the phase asks."""
    if wanted == 0:
        return lamps.light[move] == RED
    if lamps.light[move] == GREEN:
        if wanted == 2 and lamps.level[move] == 1 and may_be_green(rules, lamps, crossing, move, 2):
            lamps.level[move] = 2
        return lamps.level[move] == wanted
    if stays_dark(rules, lamps, move):
        return True
    if lamps.light[move] == RED and lamps.since[move] > 0 and may_be_green(rules, lamps, crossing, move, wanted):
        lamps.light[move], lamps.level[move] = GREEN, wanted
        lamps.since[move], lamps.level_s[move] = 0, 99
        return True
    return False
