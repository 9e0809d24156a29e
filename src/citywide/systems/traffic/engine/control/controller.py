"""The controller: plain arrays of what is seen in, the wanted phase of each crossing out, once a second."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.control.city import decide
from citywide.systems.traffic.engine.control.exchange import announce, remember
from citywide.systems.traffic.engine.control.habits import Habits
from citywide.systems.traffic.engine.control.known import know
from citywide.systems.traffic.engine.control.layout import Floats, Ground, Ints, Layout
from citywide.systems.traffic.engine.control.picture import look, nearest_first, ways_of
from citywide.systems.traffic.engine.control.search import KEEPS, kept_for
from citywide.systems.traffic.engine.control.sights import Far, Sights, count_crossed, note_passing
from citywide.systems.traffic.engine.control.view import desk_for

AHEAD_S = 120
SIGHT_M = 200.0


@dataclass(frozen=True)
class Seen:
    """One second of detection: vehicles by sighting lane, crossings of the line, dark lanes, exit room.

    `inside` are the movements of those who have crossed a line and stand within the crossing, `leaving` also of those
    who stood there a moment ago and are not out.
    """

    sighting: Ints
    distance: Floats
    speed: Floats
    crossed: Ints
    dark: NDArray[np.bool_] | None = None
    room: Floats | None = None
    inside: Ints | None = None
    leaving: Ints | None = None


@dataclass(frozen=True)
class Shown:
    """What each crossing shows: its phase, whether the change to it is complete, seconds of it so far."""

    phase: Ints
    settled: NDArray[np.bool_]
    green_s: Floats


class Controller:
    """Decides for all crossings of a layout; keeps what it learns from second to second."""

    def __init__(self, layout: Layout, habits: Habits | None = None, keeps: Ints = KEEPS) -> None:
        self.layout, self.habits = layout, habits or Habits()
        self._keeps, self._wait_s = kept_for(keeps, self.habits.cadence_s), 0
        self._targets = np.zeros(layout.crossings, np.int32)
        self.known = know(layout)
        self.weight = np.ones(layout.lanes)
        self._ways = ways_of(layout)
        self._make_room()
        self._tie_links()

    def _make_room(self) -> None:
        lanes, horizon = self.layout.lanes, self.habits.horizon_s
        self._queue, self._line, self._crossed_of = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
        self._ahead, self._sure = np.zeros(lanes), np.zeros(lanes)
        self._head_at, self._head_speed, self._guess = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
        self._desk = desk_for(self.layout)
        self._coming, self._sent = np.zeros((lanes, horizon)), np.zeros((lanes, horizon))
        self._pending, self._planned = np.zeros((lanes, AHEAD_S)), np.zeros((lanes, AHEAD_S))
        self._linked, self._nobody = np.full(lanes, -1.0), np.zeros(0, np.int32)
        self._lit, self._open = np.zeros(lanes, np.bool_), np.full(max(self.layout.exits, 1), 1e9)

    def _tie_links(self) -> None:
        links = sorted(self.layout.links, key=lambda link: (link.movement, link.lane))
        moves = np.array([link.movement for link in links], np.int32)
        self._link_start = np.searchsorted(moves, np.arange(self.layout.movements + 1)).astype(np.int32)
        self._link_lane = np.array([link.lane for link in links], np.int32)
        self._link_share = np.array([link.share for link in links], np.float64)
        self._link_s = np.array([link.seconds for link in links], np.float64)
        self._linked[self._link_lane] = 0.0

    def decide(self, seen: Seen, shown: Shown) -> Ints:
        """The phase each crossing should show next; the safety layer has the last word.

        At a slower cadence what was decided stands until the next decision, which the plans reckon with.
        """
        links = (self._link_start, self._link_lane, self._link_share, self._link_s)
        sights = self._take_in(seen)
        remember(self._pending, self._linked, *links, seen.crossed)
        decide(
            self._ground(),
            self.known,
            (shown.phase, shown.settled, shown.green_s),
            self._open if seen.room is None else seen.room,
            sights,
            Far(self._pending, self._planned, self._linked, self._sent, len(self.layout.links) > 0),
            self._keeps + np.int32(self._wait_s),
            self.habits,
            self._desk,
            self._targets,
        )
        self._wait_s = (self._wait_s or self.habits.cadence_s) - 1
        if self.layout.links:
            announce(self.known, self._ground(), self._sent, self._planned, *links)
        return self._targets.copy()

    def _take_in(self, seen: Seen) -> Sights:
        known, sights = self.known, self._sights(seen)
        order = nearest_first(self._ways, seen.sighting, seen.distance)
        count_crossed(known, self.layout.move_lane, self.layout.move_exit, seen.crossed, self._crossed_of)
        inside = self._nobody if seen.inside is None else seen.inside
        note_passing(known, self.layout.move_lane, self._crossed_of, inside)
        look(
            self._ways,
            self.layout.speed,
            known.flow,
            known.served,
            order,
            seen.sighting,
            seen.distance,
            seen.speed,
            sights,
        )
        return sights

    def _sights(self, seen: Seen) -> Sights:
        dark = self._lit if seen.dark is None else seen.dark
        return Sights(
            self._queue,
            self._coming,
            self._line,
            self._ahead,
            self._sure,
            self._head_at,
            self._head_speed,
            dark,
            self._crossed_of,
            self._guess,
        )

    def _ground(self) -> Ground:
        layout = self.layout
        return Ground(
            layout.lane_from,
            layout.phase_from,
            layout.cell_from,
            layout.move_from,
            layout.move_lane,
            layout.move_exit,
            layout.speed,
            layout.lost,
            layout.min_green,
            self.weight,
            SIGHT_M,
            layout.yields,
        )
