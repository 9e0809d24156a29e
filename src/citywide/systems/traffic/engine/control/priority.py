"""Buses that weigh more and emergency vehicles that are let through: checked in when seen, out when past.

A bus makes its lane weigh more in the search; an emergency vehicle asks the safety layer for its phase, which
serves it within its own bounds. A vehicle that never checks out is forgotten.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from citywide.systems.traffic.engine.control.layout import PROTECTED, Floats, Ints, Layout

MOST_WEIGHT = 20.0


@dataclass(frozen=True)
class Request:
    """A vehicle on its way to a movement: when it will be at the line, and whether it is an emergency."""

    vehicle: str
    movement: int
    arrives_s: float
    emergency: bool = False


@dataclass
class Priority:
    """Who has checked in and not yet out; `weights` go to the controller, `urgent` to the safety layer."""

    layout: Layout
    bus_weight: float = 6.0
    lead_s: float = 20.0
    forget_s: float = 120.0
    waiting: dict[str, Request] = field(default_factory=dict[str, Request])

    def check_in(self, request: Request) -> None:
        """A vehicle comes, or corrects when it will arrive."""
        if not 0 <= request.movement < self.layout.movements:
            raise ValueError(
                f"{request.vehicle}: movement {request.movement}; accepted: 0 to {self.layout.movements - 1}"
            )
        if not np.isfinite(request.arrives_s):
            raise ValueError(f"{request.vehicle}: arrives at {request.arrives_s}; accepted: a time in seconds")
        self.waiting[request.vehicle] = request

    def check_out(self, vehicle: str) -> None:
        """It is past the line; one that never checked in changes nothing."""
        self.waiting.pop(vehicle, None)

    def weights(self, now_s: float) -> Floats:
        """What a vehicle of each lane weighs now: ones, and more where a bus is near."""
        weight = np.ones(self.layout.lanes)
        for request in self._near(now_s):
            if not request.emergency:
                weight[self.layout.move_lane[request.movement]] += self.bus_weight
        return np.minimum(weight, MOST_WEIGHT)

    def urgent(self, now_s: float) -> Ints:
        """The phase that an emergency vehicle needs at each crossing, the first to arrive first; -1 for none."""
        phase = np.full(self.layout.crossings, -1, np.int32)
        for request in sorted(self._near(now_s), key=lambda one: one.arrives_s, reverse=True):
            if request.emergency:
                crossing = int(self.layout.crossing_of_lane[self.layout.move_lane[request.movement]])
                phase[crossing] = self.phase_for(request.movement)
        return phase

    def phase_for(self, movement: int) -> int:
        """The phase that protects a movement, the one with most protected lights of those that do."""
        layout = self.layout
        crossing = int(layout.crossing_of_lane[layout.move_lane[movement]])
        first, last = (int(layout.move_from[layout.lane_from[crossing + step]]) for step in (0, 1))
        start, end = layout.green_from[crossing : crossing + 2]
        lights = layout.green[start:end].reshape(-1, last - first)
        mine = lights[:, movement - first].astype(int)
        return int(np.argmax(1000 * mine + (lights == PROTECTED).sum(1) * (mine > 0)))

    def _near(self, now_s: float) -> Iterator[Request]:
        for vehicle, request in list(self.waiting.items()):
            if now_s - request.arrives_s > self.forget_s:
                del self.waiting[vehicle]
            elif request.arrives_s - now_s <= self.lead_s:
                yield request
