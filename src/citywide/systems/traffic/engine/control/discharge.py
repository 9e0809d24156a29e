"""How a lane empties in a second of green."""

from citywide.kit.compiled import compiled, inlined
from citywide.systems.traffic.engine.control.layout import Floats


@inlined
def crossing_of(stand: float, rate: float, green_s: float, late: float, space: float) -> float:
    """Vehicles that cross: none before the start-up loss is over, unless one comes on its own."""
    if stand <= 0.0 or (green_s <= late and stand >= 0.5):
        return 0.0
    if green_s <= 1.0 and late < 0.0:
        rate *= 1.0 - late
    return max(min(stand, rate, space), 0.0)


@compiled
def left_over(queue: Floats, weight: Floats, left_over_s: float, swell_s: float) -> float:
    """What the queues that outlast the look ahead still cost; long ones more for each vehicle."""
    left = 0.0
    for lane in range(len(weight)):
        left += queue[lane] * weight[lane]
    return left * (left_over_s + swell_s * left)
