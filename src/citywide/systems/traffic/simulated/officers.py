"""Officers of the simulated city: they drive to where they are sent, clear the road, and go back."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from citywide.hub import Entity, Point, Reading, Text
from citywide.hub.simulated.twin import Answer, Order
from citywide.hub.simulated.ways import Mover, Ways
from citywide.systems.traffic.model import DEPARTMENT

CLEARS = timedelta(minutes=4)
TELLS_EVERY_S, STANDING_EVERY_S = 30, 600
ON_SITE = Text("On site", "已到场").both


class Officer:
    """One patrol."""

    def __init__(self, number: str, name: str, post: Point, streets: Ways) -> None:
        self.id, self.name, self.post, self.about = number, name, post, ""
        self.drive = Mover(streets, post)
        self.case: int | None = None
        self.there_since: datetime | None = None

    def entity(self) -> Entity:
        """As the hub knows the patrol."""
        return Entity(self.id, "traffic_officer", self.name, self.post, DEPARTMENT, {"on_shift": True})

    def second(self, now: datetime) -> Iterator[Reading]:
        """A second's drive; the position is told while driving, and now and then."""
        self.drive.move(1.0)
        every = TELLS_EVERY_S if self.drive.moving else STANDING_EVERY_S
        if int(now.timestamp()) % every == 0:
            yield Reading(self.id, "position_lon", now, round(self.drive.at.lon, 6))
            yield Reading(self.id, "position_lat", now, round(self.drive.at.lat, 6))

    def obey(self, order: Order | None, now: datetime) -> Answer | None:
        """Go where the order says and say when the work begins; without an order, go back to the post."""
        case, place = (order.case, order.place) if order and order.place else (None, self.post)
        if case != self.case:
            self.case, self.about, self.there_since = case, (order and order.about) or "", None
            self.drive.leave_for(place)
        if order is None or case is None or self.drive.moving:
            return None
        self.there_since = self.there_since or now
        return Answer(case, "start", ON_SITE) if order.state == "assigned" else None

    def has_cleared(self, now: datetime) -> bool:
        """Whether the work at the goal has taken its time."""
        return self.there_since is not None and now - self.there_since >= CLEARS
