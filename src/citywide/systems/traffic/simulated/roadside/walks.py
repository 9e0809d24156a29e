"""What push buttons and walk signals say: the pedestrians' high-resolution events of connected controllers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from citywide.hub import Entity, Reading
from citywide.systems.traffic.crossing.phases import WALK_GROUPS, WALKS
from citywide.systems.traffic.events_feed import CODE
from citywide.systems.traffic.simulated.roadside.telling import CONNECTED

PUSHED, CALLED, WALK, CLEARS = 90, 45, 21, 22
APART_US = 50_000  # from the events of vehicles in the same second

Flags = NDArray[np.bool_]


class Walks:
    """Each walk of each crossing: whether somebody has called for it, and whether it is shown."""

    def __init__(self, crossings: list[Entity]) -> None:
        self.crossings = crossings[:CONNECTED]
        self._called, self._shown = (np.zeros((len(crossings), WALKS), np.bool_) for _ in range(2))

    def second(self, now: datetime, pushed: Flags, shown: Flags) -> Iterator[Reading]:
        """Who pushed, which call is new, which walk begins or ends."""
        for number, crossing in enumerate(self.crossings):
            found = [event for walk in range(WALKS) for event in self._of_walk((number, walk), pushed, shown)]
            for place, (code, walk) in enumerate(found):
                at = now + timedelta(microseconds=APART_US + place)
                yield Reading(crossing.id, "signal_event", at, code * CODE + WALK_GROUPS[walk])
        self._called = (self._called | pushed) & ~shown
        self._shown = shown.copy()

    def _of_walk(self, one: tuple[int, int], pushed: Flags, shown: Flags) -> Iterator[tuple[int, int]]:
        if pushed[one]:
            yield PUSHED, one[1]
            if not self._called[one] and not shown[one]:
                yield CALLED, one[1]
        if shown[one] != self._shown[one]:
            yield WALK if shown[one] else CLEARS, one[1]
