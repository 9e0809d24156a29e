"""The box at the roadside: fusion sees, the controller wishes, the safety layer shows, the hub's word is heeded."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from citywide.systems.traffic.crossing.phases import LANE_OF, LANES, VEHICLES, WALKS
from citywide.systems.traffic.engine.control.controller import Controller, Shown
from citywide.systems.traffic.engine.control.layout import Layout
from citywide.systems.traffic.engine.control.priority import Priority, Request
from citywide.systems.traffic.engine.fusion import Fusion, Lanes, View
from citywide.systems.traffic.engine.plans import Plan
from citywide.systems.traffic.engine.safety import Guard, Safety, rules_of
from citywide.systems.traffic.engine.sight import as_seen, trusted
from citywide.systems.traffic.simulated.roadside.book import PlanBook, Running
from citywide.systems.traffic.simulated.roadside.sensing import ADVANCE_M, LENGTH_M, Sensed

SHOWN = np.array([0, 2, 3], np.int8)  # red, green, yellow as the hub's `light` counts them
FIRST_OF_LANE = [LANE_OF.index(lane) for lane in range(LANES)]
LATEST_S = 10**11  # since 1970
SENSELESS = (ValueError, KeyError, TypeError, OverflowError, OSError)  # a zone may be a folder's name
log = structlog.get_logger()


class Box:
    """One box for all crossings of a layout, as each crossing's own would be."""

    def __init__(self, layout: Layout, guards: list[Guard]) -> None:
        self.layout, self.count = layout, layout.crossings
        whole, end = np.full(layout.lanes, LENGTH_M), np.full(layout.lanes, LENGTH_M + 10)
        loop = whole - ADVANCE_M
        self.fusion = Fusion(Lanes.of(layout.crossing_of_lane, whole, end, loop, layout.speed))
        self.controller, self.safety = Controller(layout), Safety.begun(rules_of(guards))
        self.priority, self.book = Priority(layout), PlanBook(self.count, _first_plan(guards[0]))
        self.view: View | None = None
        self._began: datetime | None = None  # fusion counts from here
        self.trusted = np.ones(self.count, np.bool_)
        self.light, self.walk = np.zeros(layout.lanes, np.int8), np.zeros((self.count, WALKS), np.int8)

    def second(self, now: datetime, sensed: Sensed, walkers: NDArray[np.bool_]) -> NDArray[np.int8]:
        """One second: the lights of every movement, walkers last at each crossing."""
        self._end_changes(now)
        self._began = now if self._began is None else self._began
        self.view = self.fusion.second((now - self._began).total_seconds(), sensed.readings, self.light == 2)
        self.trusted = trusted(self.view, self.layout.crossing_of_lane, self.count) & self.book.adaptive
        self.controller.weight = self.priority.weights(now.timestamp())
        lamps = self.safety.lamps
        seen = as_seen(self.view, self.layout.speed, sensed.crossed)
        wish = self.controller.decide(seen, Shown(lamps.target, lamps.settled, lamps.green_s.astype(float)))
        calls = np.ones((self.count, VEHICLES + WALKS), np.bool_)
        calls[:, VEHICLES:] = walkers
        urgent = self.priority.urgent(now.timestamp())
        light = self.safety.step(wish, self.trusted, calls.reshape(-1), urgent).reshape(self.count, -1)
        self.light = SHOWN[light[:, FIRST_OF_LANE]].reshape(-1)
        self.walk = SHOWN[light[:, VEHICLES:]]
        return light

    def left_s(self) -> NDArray[np.int64]:
        """For each crossing's lanes, then its walks, the least time until the light can change."""
        rules, lamps = self.safety.rules, self.safety.lamps
        least = np.where(lamps.light == 1, rules.min_green, np.where(lamps.light == 2, rules.yellow, 0))
        left = np.maximum(least - lamps.since, 0).reshape(self.count, -1)
        return left[:, FIRST_OF_LANE + list(range(VEHICLES, VEHICLES + WALKS))].astype(np.int64)

    def run_plan(self, crossing: int, told: Mapping[str, Any], now: datetime) -> None:
        """Run another plan; one that cannot be is refused with why, and the old one runs on."""
        try:
            running = Running.told(told)
            until = datetime.fromisoformat(told["until"]) if told.get("until") else None
            if until is not None and until.tzinfo is None:
                raise ValueError(f"until {until}; accepted: a time with its zone")
            self._run(crossing, running, now)
            self.book.take(crossing, running, until)
        except SENSELESS as error:
            log.warning("plan_refused", crossing=crossing, why=f"{type(error).__name__}: {error}")

    def heed(self, crossing: int, told: Mapping[str, Any]) -> None:
        """A vehicle checks in or out; a request that cannot be is refused and nothing else changes."""
        try:
            vehicle = f"{told['vehicle']} {crossing}"
            if told.get("arrives_s") is None:
                self.priority.check_out(vehicle)
                return
            lane = crossing * LANES + int(told["lane"]) - 1
            move = int(self.layout.move_from[lane]) if 1 <= int(told["lane"]) <= LANES else -1
            arrives_s = float(told["arrives_s"])
            if not 0 <= arrives_s <= LATEST_S:
                raise ValueError(f"arrives at {arrives_s} s; accepted: 0 to {LATEST_S} s since 1970")
            self.priority.check_in(Request(vehicle, move, arrives_s, bool(told.get("emergency"))))
        except SENSELESS as error:
            log.warning("priority_refused", crossing=crossing, why=f"{type(error).__name__}: {error}")

    def _end_changes(self, now: datetime) -> None:
        for crossing, running in self.book.ended(now):
            self._run(crossing, running, now)

    def _run(self, crossing: int, running: Running, now: datetime) -> None:
        plan, phases = running.plan, int(np.diff(self.layout.phase_from[crossing : crossing + 2])[0])
        if len(plan.splits_s) != phases:
            raise ValueError(f"plan {plan.name!r}: {len(plan.splits_s)} splits; accepted: {phases}, one a phase")
        self.safety.run_plans({crossing: tuple(enumerate(plan.splits_s))}, {crossing: running.into(now)})


def _first_plan(guard: Guard) -> Plan:
    """What runs until the hub has said something."""
    splits = tuple(seconds for _, seconds in guard.plan)
    return Plan("guard", sum(splits), 0, splits)
