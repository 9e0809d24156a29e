"""Simulated drainage crews: they drive along the streets, start, pump, and go home."""

from dataclasses import dataclass, field
from datetime import datetime

from citywide.hub import Entity, Point
from citywide.hub.twin import Answer, Order, Way, Ways

SETTING_UP_S = 120.0


@dataclass
class Crew:
    """One crew: where it is, where it goes, which case it works on."""

    id: str
    name: str
    pump_m3_per_h: float
    depot: Point
    streets: Ways
    at: Point = field(init=False)
    case: int | None = None
    pumping_at: str | None = None
    _about: str | None = None
    _way: Way | None = None
    _driven_s: float = 0.0
    _there_s: float = 0.0

    def __post_init__(self) -> None:
        self.at = self.depot

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self._way is not None

    def entity(self) -> Entity:
        """The crew as the hub knows it."""
        facts = {"on_shift": True, "pump_m3_per_h": self.pump_m3_per_h}
        return Entity(self.id, "drainage_crew", self.name, self.depot, "drainage", facts)

    def move(self, seconds: float) -> None:
        """Drive on."""
        if self._way is None:
            self._there_s += seconds
            return
        self._driven_s += seconds
        self.at = self._way.at(self._driven_s)
        if self._driven_s >= self._way.takes_s:
            self._way, self._there_s = None, 0.0

    def obey(self, order: Order | None, _now: datetime) -> Answer | None:
        """Take an order up, begin it once there and set up, or go home when there is none."""
        if order is None:
            if self.case is not None:
                self._leave_for(self.depot)
            self.case = self.pumping_at = self._about = None
            return None
        if order.case != self.case:
            self._take(order)
        return self._begin(order) if self._ready(order) else None

    def _take(self, order: Order) -> None:
        self.case, self._about, self.pumping_at = order.case, order.about, None
        if order.place is not None:
            self._leave_for(order.place)

    def _ready(self, order: Order) -> bool:
        there = not self.moving and self._there_s >= SETTING_UP_S
        return there and self.pumping_at is None and order.state in ("assigned", "working")

    def _begin(self, order: Order) -> Answer | None:
        self.pumping_at = self._about or ""
        note = f"已到场 on site, {self.pump_m3_per_h:.0f} m³/h"
        return Answer(order.case, "start", note) if order.state == "assigned" else None

    def _leave_for(self, goal: Point) -> None:
        self._way, self._driven_s, self._there_s = self.streets.way(self.at, goal), 0.0, 0.0
