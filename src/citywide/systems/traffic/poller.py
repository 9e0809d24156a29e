"""Between a controller that speaks NTCIP 1202 and a hub: its lights go there, the hub's plans become its patterns."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from citywide.systems.traffic.interfaces.ntcip import Controller, ControllerError, Lights

AGAIN, ASKS_EVERY, OWN_TIMETABLE = timedelta(seconds=15), timedelta(seconds=30), 0
LEARNS_ANEW = timedelta(hours=1)  # a crossing may have joined again, with more signal groups
Ask = Callable[[str, str, Any], Any]  # verb, path, body → the hub's answer; OSError when there is none
log = structlog.get_logger()


@dataclass
class Poller:
    """One controller of one crossing; whatever fails is said, and tried again in the next round."""

    controller: Controller
    ask: Ask
    crossing: str  # without its kind, such as 01
    patterns: Mapping[str, int]
    walks: Mapping[int, int] = field(default_factory=dict[int, int])  # pedestrian phase → its signal group
    _shown: dict[int, int] = field(default_factory=dict[int, int])
    _told_at: datetime | None = None
    _not_here: set[int] = field(default_factory=set[int])  # a controller shows red for phases that no street has
    _learnt_at: datetime | None = None
    _asked_at: datetime | None = None
    _until: datetime | None = None
    _pattern: int | None = None

    def second(self, now: datetime) -> None:
        """Tell the lights when one changes and now and then; ask for the plan now and then."""
        try:
            if self._until is not None and now >= self._until:
                self._run(OWN_TIMETABLE, None)  # a change ends by itself, though the hub be silent
            self._tell(self.controller.lights(), now)
            if self._asked_at is None or now - self._asked_at >= ASKS_EVERY:
                self._asked_at = now
                self._heed(self.ask("GET", f"/v1/traffic/plans/{self.crossing}", None), now)
        except (ControllerError, OSError, ValueError, KeyError, TypeError) as error:  # an answer without sense, too
            log.warning("controller_round_failed", crossing=self.crossing, why=f"{type(error).__name__}: {error}")

    def _tell(self, lights: Lights, now: datetime) -> None:
        doubt = lights.doubt()
        if doubt is not None:
            log.warning("lights_not_believed", crossing=self.crossing, why=doubt)
            return
        shown = {phase: value for value, phases in ((0, lights.red), (2, lights.green), (3, lights.yellow))
                 for phase in phases} | self._walking(lights)  # fmt: skip
        if shown == self._shown and self._told_at is not None and now - self._told_at < AGAIN:
            return
        if self._learnt_at is None or now - self._learnt_at >= LEARNS_ANEW:
            self._not_here, self._learnt_at = set(), now
        told = [phase for phase in sorted(shown) if phase not in self._not_here]
        readings = [{"entity": f"detector/{self.crossing}-{phase}", "quantity": "light", "time": now.isoformat(),
                     "value": shown[phase]} for phase in told]  # fmt: skip
        unknown = unknown_places(self.ask("POST", "/v1/readings", {"readings": readings}))
        self._not_here |= {told[place] for place in unknown if place < len(told)}
        self._shown, self._told_at = shown, now

    def _walking(self, lights: Lights) -> dict[int, int]:
        """The walks that this crossing has: walk, clearance or don't walk."""
        return {
            group: 2 if phase in lights.walk else 3 if phase in lights.clearing else 0
            for phase, group in self.walks.items()
        }

    def _heed(self, told: Mapping[str, Any] | None, now: datetime) -> None:
        """Run the pattern of the plan; a plan that has none here leaves the controller to its own timetable."""
        if not told:
            return
        name = str(told["plan"])
        until = datetime.fromisoformat(told["until"]) if told.get("until") else None
        if until is not None and until <= now:
            return
        if name not in self.patterns:
            known = ", ".join(sorted(self.patterns)) or "none"
            log.warning("plan_without_pattern", crossing=self.crossing, plan=name, patterns=known)
        self._run(self.patterns.get(name, OWN_TIMETABLE), until)

    def _run(self, pattern: int, until: datetime | None) -> None:
        if pattern != self._pattern:
            self.controller.run_pattern(pattern)
        self._pattern, self._until = pattern, until


def unknown_places(receipt: Any) -> Collection[int]:
    """The places of a batch whose things the hub does not know."""
    found = re.findall(r"readings\[(\d{1,4})\]\.entity", str(receipt))
    return {int(place) for place in found}
