"""How a green ends: its minimum, then yellow (or the walkers' clearance), then red; nothing of it is skipped."""

from citywide.kit.compiled import compiled
from citywide.systems.traffic.engine.safety.model import GREEN, LONG_AGO, RED, YELLOW, Guard, Lamps, Rules


def clearance_of(guard: Guard) -> int:
    """The longest time from the end of a green until whoever is in conflict may go."""
    return max(y + r for y, r in zip(guard.yellow_s, guard.all_red_s, strict=True))


def slots_of(guard: Guard) -> list[int]:
    """For each phase the seconds that serving it takes at most, clearance included."""
    longest = [max((s for s, on in zip(guard.min_green_s, row, strict=True) if on), default=0) for row in guard.phases]
    return [clearance_of(guard) + least + 1 for least in longest]


@compiled
def end_light(rules: Rules, lamps: Lamps, move: int, wanted: int) -> None:
    """What is no longer wanted ends in its own time."""
    lamps.since[move] = min(lamps.since[move] + 1, LONG_AGO)
    lamps.level_s[move] = min(lamps.level_s[move] + 1, LONG_AGO)
    light, since = lamps.light[move], lamps.since[move]
    if light == GREEN and since >= rules.min_green[move]:
        if wanted == 0:
            lamps.light[move], lamps.since[move] = YELLOW, 0
        elif wanted == 1 and lamps.level[move] == 2:
            lamps.level[move], lamps.level_s[move] = 1, 0
    elif light == YELLOW and since >= rules.yellow[move]:
        lamps.light[move], lamps.since[move] = RED, 0
