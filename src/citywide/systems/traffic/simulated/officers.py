"""Officers of the simulated city: they drive to where they are sent, clear the road, and go back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from citywide.hub import Entity, Point, Reading
from citywide.hub.simulated.twin import Answer, Order
from citywide.systems.traffic.model import DEPARTMENT

SPEED_M_S, ARRIVES_M, CLEARS = 9.0, 60.0, timedelta(minutes=4)
POSITION_EVERY_S = 30


class Officer:
    """One patrol."""

    def __init__(self, number: str, name: str, post: Point) -> None:
        self.id, self.name, self.post, self.at = number, name, post, post
        self.goal, self.about = post, ""
        self.case: int | None = None
        self.there_since: datetime | None = None

    def entity(self) -> Entity:
        """As the hub knows the patrol."""
        return Entity(self.id, "traffic_officer", self.name, self.post, DEPARTMENT, {"on_shift": True})

    def second(self, now: datetime) -> Iterator[Reading]:
        """A second's drive; the position is told while driving, and now and then."""
        left = self.at.distance_m(self.goal)
        share = min(1.0, SPEED_M_S / left) if left > 0 else 0.0
        gone_lon, gone_lat = self.goal.lon - self.at.lon, self.goal.lat - self.at.lat
        self.at = Point(self.at.lon + share * gone_lon, self.at.lat + share * gone_lat)
        seconds = int(now.timestamp())
        if seconds % (POSITION_EVERY_S if left > 0 else 600) == 0:
            yield Reading(self.id, "position_lon", now, round(self.at.lon, 6))
            yield Reading(self.id, "position_lat", now, round(self.at.lat, 6))

    def obey(self, order: Order | None, now: datetime) -> Answer | None:
        """Go where the order says and say when the work begins; without an order, go back to the post."""
        if order is None or order.place is None:
            self.case, self.about, self.goal, self.there_since = None, "", self.post, None
            return None
        if order.case != self.case:
            self.case, self.about, self.goal, self.there_since = order.case, order.about or "", order.place, None
        if self.there_since is None and self.at.distance_m(self.goal) < ARRIVES_M:
            self.there_since = now
        here = self.there_since is not None and order.state == "assigned"
        return Answer(order.case, "start", "到达现场") if here else None

    def has_cleared(self, now: datetime) -> bool:
        """Whether the work at the goal has taken its time."""
        return self.there_since is not None and now - self.there_since >= CLEARS
