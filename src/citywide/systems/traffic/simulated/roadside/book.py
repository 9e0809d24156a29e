"""Which plan each crossing runs, and to which it returns by itself when a change is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from citywide.systems.traffic.engine.plans import Plan


@dataclass(frozen=True)
class Running:
    """A plan, and whether the controller may depart from it."""

    plan: Plan
    adaptive: bool = True


class PlanBook:
    """The base plan of each crossing, and the change that runs over it for a while."""

    def __init__(self, crossings: int, first: Plan) -> None:
        self.base = dict.fromkeys(range(crossings), Running(first))
        self.changed: dict[int, tuple[Running, datetime]] = {}
        self.adaptive = np.ones(crossings, np.bool_)

    def take(self, crossing: int, plan: Plan, until: datetime | None, *, adaptive: bool) -> None:
        """A plan with an end runs until then; one without is the new base."""
        running = Running(plan, adaptive)
        self.changed.pop(crossing, None)
        if until is None:
            self.base[crossing] = running
        else:
            self.changed[crossing] = (running, until)
        self.adaptive[crossing] = adaptive

    def ended(self, now: datetime) -> Iterator[tuple[int, Plan]]:
        """Crossings whose change has just ended, and the plan to which each returns, with no word from anybody."""
        for crossing, (_, until) in list(self.changed.items()):
            if until <= now:
                del self.changed[crossing]
                running = self.base[crossing]
                self.adaptive[crossing] = running.adaptive
                yield crossing, running.plan

    def plan_at(self, crossing: int) -> Plan:
        """The plan that runs now."""
        return (self.changed[crossing][0] if crossing in self.changed else self.base[crossing]).plan
