"""Which plan each crossing runs, and to which it returns by itself when a change is over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np

from citywide.systems.traffic.engine.plans import Plan


@dataclass(frozen=True)
class Running:
    """A plan, whether the controller may depart from it, and where its cycles begin at midnight."""

    plan: Plan
    adaptive: bool = True
    zone: tzinfo = UTC

    @classmethod
    def told(cls, told: Mapping[str, Any]) -> Self:
        """The plan that the hub tells of; what cannot be is a ValueError, KeyError or TypeError."""
        plan = Plan(str(told["plan"]), told["cycle_s"], told["offset_s"], tuple(told["splits_s"]))
        return cls(plan, bool(told.get("adaptive", True)), ZoneInfo(str(told.get("zone", "UTC"))))

    def into(self, now: datetime) -> float:
        """How far its cycle has gone: one begins its offset after midnight, so that neighbours keep step."""
        here = now.astimezone(self.zone)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
        return ((here - midnight).total_seconds() - self.plan.offset_s) % self.plan.cycle_s


class PlanBook:
    """The base plan of each crossing, and the change that runs over it for a while."""

    def __init__(self, crossings: int, first: Plan) -> None:
        self.base = dict.fromkeys(range(crossings), Running(first))
        self.changed: dict[int, tuple[Running, datetime]] = {}
        self.adaptive = np.ones(crossings, np.bool_)

    def take(self, crossing: int, running: Running, until: datetime | None) -> None:
        """A plan with an end runs until then; one without is the new base."""
        self.changed.pop(crossing, None)
        if until is None:
            self.base[crossing] = running
        else:
            self.changed[crossing] = (running, until)
        self.adaptive[crossing] = running.adaptive

    def ended(self, now: datetime) -> Iterator[tuple[int, Running]]:
        """Crossings whose change has just ended, and the plan to which each returns, with no word from anybody."""
        for crossing, (_, until) in list(self.changed.items()):
            if until <= now:
                del self.changed[crossing]
                running = self.base[crossing]
                self.adaptive[crossing] = running.adaptive
                yield crossing, running

    def plan_at(self, crossing: int) -> Plan:
        """The plan that runs now."""
        return (self.changed[crossing][0] if crossing in self.changed else self.base[crossing]).plan
