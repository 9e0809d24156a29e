"""How the search weighs and looks ahead; none of it belongs to any one map."""

from typing import NamedTuple


class Habits(NamedTuple):
    """Seconds looked ahead, what later seconds and left-over queues are worth, and how the base policy chooses.

    In the first `amber_s` of yellow those still go who are too near to stop.
    """

    horizon_s: int = 60
    discount: float = 0.985
    left_over_s: float = 12.0
    swell_s: float = 0.5
    look_s: float = 10.0
    eager: float = 1.15
    recheck: float = 0.7
    amber_s: float = 1.0
    stray: float = 0.0
    cadence_s: int = 1
