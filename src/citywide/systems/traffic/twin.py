"""The simulated city's crossings: streets, lights, roadside units, officers; incidents are planted, truth apart."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from citywide.hub import Entity, Point, Reading, Text
from citywide.hub.simulated.twin import Answer, Instruction, Order, Place, Plan, TrueEvent, Weather
from citywide.systems.traffic.crossing.phases import ARMS, CROSSED, HEADINGS, LANES, WALK_GROUPS
from citywide.systems.traffic.model import DEPARTMENT
from citywide.systems.traffic.simulated.crossings import LINK_S, ROW, Crossings
from citywide.systems.traffic.simulated.officers import Officer
from citywide.systems.traffic.simulated.roadside import CONNECTED, GREEN_LIGHT, Shown, Teller, Walks, Watcher
from citywide.systems.traffic.simulated.roadside.sensing import RADAR, VIDEO
from citywide.systems.traffic.simulated.vehicles import Runs

MOST_CROSSINGS, OFFICERS = 24, 5
BETWEEN_S = 1800.0  # planted incidents come this far apart, on average
LASTS_S = {"blocked_lane": 2400.0, "dark_detector": 1200.0, "camera_lost": 1200.0, "frozen_detector": 1200.0}
KINDS = ("blocked_lane", "blocked_lane", "wrong_way", "dark_detector", "camera_lost", "frozen_detector")
METRES_PER_DEGREE = 111_195.0
WALK_NAMES = dict(
    zip(CROSSED, (Text("across east and west", "东西进口"), Text("across north and south", "南北进口")), strict=True)
)


class TrafficTwin:
    """A few dozen crossings in rows, each second of them simulated."""

    def __init__(self, plan: Plan) -> None:
        self.rng = plan.rng("traffic")
        places = _in_rows(plan.of_kind("crossing")[:MOST_CROSSINGS])
        self.crossings = [_crossing(number, place) for number, place in enumerate(places)]
        self.lanes = [lane for number, place in enumerate(places) for lane in _lanes(number, place)]
        posts = [places[int(number)].at for number in np.linspace(0, len(places) - 1, OFFICERS)] if places else []
        self.officers = [
            Officer(f"traffic_officer/{n + 1:02d}", Text(f"Patrol {n + 1}", f"交警{n + 1}组").both, at, plan.streets)
            for n, at in enumerate(posts)
        ]
        self.runs = Runs(self.crossings, plan.rng("traffic vehicles"))
        patrols = [one.entity() for one in self.officers]
        heads = [head for number, place in enumerate(places) for head in _walks(number, place)]
        self.entities: Sequence[Entity] = (*self.crossings, *self.lanes, *heads, *patrols, *self.runs.entities)
        self.city = Crossings(len(places), self.rng) if places else None
        self.watcher, self.teller = Watcher(self.lanes), Teller(self.lanes, self.crossings)
        self.walks = Walks(self.crossings)
        self._crossing_number = {crossing.id: number for number, crossing in enumerate(self.crossings)}
        self._to_say: list[Reading] = []
        self._number = {lane.id: number for number, lane in enumerate(self.lanes)}
        self._planted: dict[int, TrueEvent] = {}
        self._ended: list[TrueEvent] = []

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; what the devices report."""
        if self.city is None:
            return []
        self.city.bustle(float(getattr(weather, "bustle", 1.0)))
        found, self._to_say = self._to_say, []
        for left in range(round(seconds) - 1, -1, -1):
            at = now - timedelta(seconds=left)
            self._plant(at)
            found += self._second(at, self.city)
            for officer in self.officers:
                found += officer.second(at)
        return found

    def _second(self, at: datetime, city: Crossings) -> Iterator[Reading]:
        one = city.second(at)
        yield from self.watcher.second(at, one.sensed, one.light, city.lanes_crossed(one))
        yield from self.teller.second(at, one.sensed, Shown(one.light, one.walk, city.box.left_s()))
        yield from self.walks.second(at, one.pushed, one.walk == GREEN_LIGHT)
        yield from self.runs.second(at, city)
        if int(at.timestamp()) % 60 == 0 and city.box.view is not None:
            yield from self.teller.minute(at, city.box.view)
            yield from self.watcher.minute(at)

    def hear(self, instructions: Sequence[Instruction], now: datetime) -> None:
        """The boxes take in their plans and who is to be let through, the watch what officers found."""
        if self.city is None:
            return
        for told in instructions:
            crossing, lane = self._crossing_number.get(told.entity), self._number.get(told.entity)
            if told.order == "run_plan" and crossing is not None:
                self.city.box.run_plan(crossing, told.values, now)
            elif told.order == "priority" and crossing is not None:
                self.city.box.heed(crossing, told.values)
            elif told.order == "feedback" and lane is not None:
                self._to_say += self.watcher.feedback(lane, told.values, now)
            elif told.order == "works" and lane is not None:
                self.watcher.close(lane, told.values)

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """Officers drive to their orders; a few minutes after they are there the lane is free."""
        by_unit = {order.unit: order for order in orders}
        answers: list[Answer] = []
        for officer in self.officers:
            answer = officer.obey(by_unit.get(officer.id), now)
            answers += [answer] if answer else []
            if officer.has_cleared(now) and officer.about in self._number:
                self._end(self._number[officer.about], now)
        return answers

    def truth(self) -> list[TrueEvent]:
        """Every planted incident so far."""
        return [*self._ended, *self._planted.values()]

    def plant(self, what: str, lane: int, at: datetime) -> None:
        """Let something happen in a lane."""
        assert self.city is not None
        self._planted[lane] = TrueEvent("traffic", what, self.lanes[lane].id, at)
        if what == "blocked_lane":
            self.city.blocked[lane] = True
        elif what == "dark_detector":
            self.city.sensors.lost[lane, RADAR] = True
        elif what == "frozen_detector":
            self.city.sensors.hung[lane] = True
        elif what == "camera_lost":
            self.city.sensors.lost[_arm(lane), VIDEO] = True
        else:
            self.city.wrong_way_s[lane] = 0.0

    def _plant(self, at: datetime) -> None:
        for lane, event in list(self._planted.items()):
            if (at - event.began).total_seconds() >= LASTS_S.get(event.what, 15.0):
                self._end(lane, at)
        lane = int(self.rng.integers(len(self.lanes)))
        if self.rng.random() < 1 / BETWEEN_S and lane not in self._planted:
            self.plant(str(self.rng.choice(KINDS)), lane, at)

    def _end(self, lane: int, at: datetime) -> None:
        event = self._planted.pop(lane, None)
        if event is None or self.city is None:
            return
        self.city.blocked[lane], self.city.sensors.lost[_arm(lane)] = False, False
        self.city.sensors.hung[lane] = False
        self._ended.append(TrueEvent(event.system, event.what, event.entity, event.began, at))


def _in_rows(places: list[Place]) -> list[Place]:
    """From south to north in rows, each row from west to east, so that neighbours are neighbours."""
    northward = sorted(places, key=lambda place: place.at.lat)
    rows = [northward[start : start + ROW] for start in range(0, len(northward), ROW)]
    return [place for row in rows for place in sorted(row, key=lambda place: place.at.lon)]


def _arm(lane: int) -> slice:
    """Both lanes of the arm to which a lane belongs: one camera sees them."""
    return slice(lane - lane % 2, lane - lane % 2 + 2)


def _crossing(number: int, place: Place) -> Entity:
    facts = {"connected": number < CONNECTED, "district": place.district, "name_en": place.name.en,
             "number": number + 1, "corridor": f"row {number // ROW + 1}", "along": number % ROW,
             "travel_s": LINK_S}  # fmt: skip
    return Entity(f"crossing/{number + 1:02d}", "crossing", place.name.both, place.at, DEPARTMENT, facts)


def _lanes(number: int, place: Place) -> Iterator[Entity]:
    for lane in range(LANES):
        arm, left = lane // 2, lane % 2 == 0
        heading, turns = HEADINGS[arm], "left" if left else "through, right"
        turns_zh = "左转" if left else "直行右转"
        name = Text(f"{place.name.en} {ARMS[arm][0]}, {turns}", f"{place.name.zh}{ARMS[arm][1]}{turns_zh}车道")
        facts = {"crossing": f"{number + 1:02d}", "lane": lane + 1, "heading": heading,
                 "aside_m": 2.0 if left else 5.4, "turns": turns, "name_en": name.en}  # fmt: skip
        at = _moved(place.at, heading + 180, 40.0)
        yield Entity(f"detector/{number + 1:02d}-{lane + 1}", "detector", name.both, at, DEPARTMENT, facts)


def _walks(number: int, place: Place) -> Iterator[Entity]:
    for group, crossed in zip(WALK_GROUPS, CROSSED, strict=True):
        name = Text(
            f"{place.name.en} walk, {WALK_NAMES[crossed].en}", f"{place.name.zh}{WALK_NAMES[crossed].zh}人行横道"
        )
        facts = {"crossing": f"{number + 1:02d}", "walk": group, "crosses": list(crossed), "name_en": name.en}
        yield Entity(f"detector/{number + 1:02d}-{group}", "detector", name.both, place.at, DEPARTMENT, facts)


def _moved(at: Point, degrees: float, metres: float) -> Point:
    turn, scale = math.radians(degrees), metres / METRES_PER_DEGREE
    return Point(at.lon + scale * math.cos(turn) / math.cos(math.radians(at.lat)), at.lat + scale * math.sin(turn))
