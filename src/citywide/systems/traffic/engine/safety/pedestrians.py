"""Calls of walkers and vehicles: one stands until it is served, whenever it came."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.control.layout import Flags
from citywide.systems.traffic.engine.safety.model import GREEN, YELLOW, Lamps, Rules


@compiled
def take_calls(rules: Rules, lamps: Lamps, crossing: int, calls: Flags, held: bool) -> None:
    """A call stands until it is served; its wait is not counted while an emergency holds everyone up."""
    for move in range(rules.move_from[crossing], rules.move_from[crossing + 1]):
        if lamps.light[move] == GREEN:
            lamps.called[move], lamps.waited[move] = False, 0
            continue
        lamps.called[move] |= calls[move]
        if lamps.called[move] and not held:
            lamps.waited[move] += 1


@compiled
def stays_dark(rules: Rules, lamps: Lamps, move: int) -> bool:
    """A movement that is lit only on call, and that nobody calls for."""
    return rules.on_call[move] and not lamps.called[move]


@compiled
def keep_late_calls(rules: Rules, lamps: Lamps, crossing: int, calls: Flags) -> None:
    """Whoever calls in the very second in which the green ends has not been served by it."""
    for move in range(rules.move_from[crossing], rules.move_from[crossing + 1]):
        if calls[move] and lamps.light[move] == YELLOW and lamps.since[move] == 0:
            lamps.called[move], lamps.waited[move] = True, 1
