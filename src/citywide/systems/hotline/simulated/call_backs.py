"""The simulated call-back: who reported is asked whether it is mended, and tells the truth."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from citywide.hub.simulated.twin import Order
from citywide.systems.hotline.simulated.mending import Mending

ZONE, ASKED_BETWEEN = ZoneInfo("Asia/Shanghai"), (8, 21)
SOONEST, USUALLY = timedelta(minutes=10), timedelta(minutes=80)
REACHED = 0.75
STILL_BROKEN = "还是没修好，跟报修前一样 it is still not mended"


class CallBacks:
    """Cases whose work is said to be done, and when their reporter is asked."""

    def __init__(self, rng: np.random.Generator, mending: Mending) -> None:
        self.rng, self.mending = rng, mending
        self._open: dict[int, Order] = {}
        self._asked_at: dict[int, tuple[datetime, Order]] = {}

    def look(self, orders: Sequence[Order], now: datetime) -> None:
        """What is no longer among the orders has been handed in, or closed by somebody: its reporter will be asked."""
        standing = {order.case: order for order in orders if order.case in self.mending.secrets}
        for case, order in self._open.items():
            if case not in standing:
                wait = timedelta(seconds=float(self.rng.exponential(USUALLY.total_seconds())))
                self._asked_at[case] = now + SOONEST + wait, order
        self._open = standing

    def replies(self, now: datetime) -> Iterator[dict[str, Any]]:
        """What is said on the calls that are due; at night nobody is called."""
        if not ASKED_BETWEEN[0] <= now.astimezone(ZONE).hour < ASKED_BETWEEN[1]:
            return
        due = {case: order for case, (at, order) in self._asked_at.items() if at <= now and case not in self._open}
        self._asked_at = {case: each for case, each in self._asked_at.items() if case not in due}
        for case, order in due.items():
            yield {"follow": self.mending.secrets[case], **self._reply(case, order, now)}

    def _reply(self, case: int, order: Order, now: datetime) -> dict[str, Any]:
        if self.rng.random() > REACHED:
            return {"act": "unreached"}
        if not self.mending.is_mended(case):
            return {"act": "reopen", "note": STILL_BROKEN}
        return {"act": "confirm", "stars": self._stars(order, now)}

    def _stars(self, order: Order, now: datetime) -> int:
        """Five for what was mended in time at once; mood adds or takes one."""
        late = order.due is not None and now > order.due
        mood = int(self.rng.choice([-1, 0, 0, 0, 1]))
        return int(np.clip(5 - late - 1.5 * order.reopened + mood, 1, 5))
