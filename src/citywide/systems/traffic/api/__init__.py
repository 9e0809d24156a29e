"""Traffic's doors: the standards of the road, and the signal engineer's."""

from citywide.systems.traffic.api import joining, logs, messages, own_plans, plans, works

HANDLERS = [
    *messages.HANDLERS,
    *plans.HANDLERS,
    *own_plans.HANDLERS,
    *joining.HANDLERS,
    *logs.HANDLERS,
    *works.HANDLERS,
]
