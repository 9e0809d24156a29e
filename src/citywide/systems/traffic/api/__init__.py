"""Traffic's doors: the standards of the road, and the signal engineer's."""

from citywide.systems.traffic.api import messages, plans

HANDLERS = [*messages.HANDLERS, *plans.HANDLERS]
