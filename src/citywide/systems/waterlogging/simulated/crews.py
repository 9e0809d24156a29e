"""Simulated drainage crews: they drive along the streets, start, pump, and go home."""

from dataclasses import dataclass, field
from datetime import datetime

from citywide.hub import Entity, Point
from citywide.hub.simulated.twin import Answer, Order
from citywide.hub.simulated.ways import Mover, Ways

SETTING_UP_S = 120.0


@dataclass
class Crew:
    """One crew: where it is, where it goes, which case it works on."""

    id: str
    name: str
    pump_m3_per_h: float
    depot: Point
    streets: Ways
    case: int | None = None
    pumping_at: str | None = None
    _about: str | None = None
    drive: Mover = field(init=False)

    def __post_init__(self) -> None:
        self.drive = Mover(self.streets, self.depot)

    @property
    def at(self) -> Point:
        """Where it is."""
        return self.drive.at

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        return self.drive.moving

    def entity(self) -> Entity:
        """The crew as the hub knows it."""
        facts = {"on_shift": True, "pump_m3_per_h": self.pump_m3_per_h}
        return Entity(self.id, "drainage_crew", self.name, self.depot, "drainage", facts)

    def obey(self, order: Order | None, _now: datetime) -> Answer | None:
        """Take an order up, begin it once there and set up, or go home when there is none."""
        if order is None:
            if self.case is not None:
                self.drive.leave_for(self.depot)
            self.case = self.pumping_at = self._about = None
            return None
        if order.case != self.case:
            self._take(order)
        return self._begin(order) if self._ready(order) else None

    def _take(self, order: Order) -> None:
        self.case, self._about, self.pumping_at = order.case, order.about, None
        if order.place is not None:
            self.drive.leave_for(order.place)

    def _ready(self, order: Order) -> bool:
        there = not self.moving and self.drive.stood_s >= SETTING_UP_S
        return there and self.pumping_at is None and order.state in ("assigned", "working")

    def _begin(self, order: Order) -> Answer | None:
        self.pumping_at = self._about or ""
        note = f"On site with {self.pump_m3_per_h:.0f} m³/h · 已到场"
        return Answer(order.case, "start", note) if order.state == "assigned" else None
