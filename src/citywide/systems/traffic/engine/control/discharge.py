"""How a lane empties in a second of green, and whom it brings to its line."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.layout import Floats, Ints

NOBODY_ELSE = 0.98  # a phase that serves this share of a lane's traffic serves all of it
EVERY_BIT = 0x7FFFFFFF


@inlined
def crossing_of(stand: float, rate: float, green_s: float, late: float, space: float) -> float:
    """Vehicles that cross: none before the start-up loss is over, unless one comes on its own."""
    if stand <= 0.0 or (green_s <= late and stand >= 0.5):
        return 0.0
    if green_s <= 1.0 and late < 0.0:
        rate *= 1.0 - late
    return max(min(stand, rate, space), 0.0)


@inlined
def bring_next(head: Ints, run: Floats, lane: int, sent: float, share: float, serves: int) -> None:
    """After one vehicle anybody may stand first; after as many in a row as turn so, one who turns otherwise."""
    if head[lane]:
        run[lane] += sent
        if run[lane] >= 1.0:
            head[lane], run[lane] = 0, 0.0
    elif share < NOBODY_ELSE:
        run[lane] += sent
        if run[lane] * (1.0 - share) >= share:
            head[lane], run[lane] = ~serves & EVERY_BIT, 0.0


@compiled
def left_over(queue: Floats, weight: Floats, left_over_s: float, swell_s: float) -> float:
    """What the queues that outlast the look ahead still cost; long ones more for each vehicle."""
    left = 0.0
    for lane in range(len(weight)):
        left += queue[lane] * weight[lane]
    return left * (left_over_s + swell_s * left)
