"""The simulated departments' teams: they drive to a case, work, and hand it in with a photo."""

from datetime import datetime

import numpy as np
from msgspec import Struct

from citywide.hub import Entity
from citywide.hub.simulated.twin import Answer, Order
from citywide.hub.simulated.ways import Mover
from citywide.systems.hotline.simulated.mending import Mending
from citywide.systems.hotline.simulated.pictures import picture

ON_SITE_S, SPREAD = 35 * 60.0, 0.5
SECOND_TIME = 0.25  # who is sent back is this much as careless as the first time
NOT_OURS = "Not this department's work · 现场核实不属本部门职责"


class Manners(Struct, frozen=True):
    """How a department works: how long its office waits, how slow its teams are, how often they do half the work."""

    pause: float
    slow: float
    careless: float


class Team:
    """One team of a department: it holds at most one case at a time."""

    def __init__(self, entity: Entity, drive: Mover, manners: Manners, rng: np.random.Generator) -> None:
        self.entity, self.drive, self.manners, self.rng = entity, drive, manners, rng
        self.base = drive.at
        self.case: int | None = None
        self._work_s = 0.0

    def obey(self, order: Order | None, mending: Mending, now: datetime) -> Answer | None:
        """Drive to the order, begin there, hand in; pass on what belongs elsewhere; go home without an order."""
        if order is None:
            if self.case is not None:
                self.drive.leave_for(self.base)
            self.case = None
            return None
        if order.case != self.case:
            self._take(order)
        return None if self.drive.moving else self._there(order, mending, now)

    def _take(self, order: Order) -> None:
        self.case = order.case
        self._work_s = ON_SITE_S * self.manners.slow * float(self.rng.lognormal(0, SPREAD))
        if order.place is not None:
            self.drive.leave_for(order.place)

    def _there(self, order: Order, mending: Mending, now: datetime) -> Answer | None:
        owner = mending.department(order.case)
        if owner is not None and owner != order.department:
            return Answer(order.case, "reroute", NOT_OURS, to=owner)
        if order.state == "assigned":
            return Answer(order.case, "start", "On site · 已到场")
        return self._hand_in(order, mending, now) if self.drive.stood_s >= self._work_s else None

    def _hand_in(self, order: Order, mending: Mending, now: datetime) -> Answer:
        """The photo of half the work shows, to who looks closely, that it is half."""
        careless = self.manners.careless * (SECOND_TIME if order.reopened else 1.0)
        half = bool(self.rng.random() < careless)
        if not half:
            mending.mend(order.case, now)
        proof = picture(self.rng, float(self.rng.uniform(0.15, 0.5)) if half else 0.0)
        return Answer(order.case, "check", "Done, see the photo · 处置完毕，附照片", photos=(proof,))
