"""Buses and an ambulance of the simulated city: they drive along a row of crossings and ask to be let through."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from citywide.hub import Entity, Point, Reading, Text
from citywide.systems.traffic.crossing.phases import LANES
from citywide.systems.traffic.feeds import read_requests
from citywide.systems.traffic.interfaces.srm import SignalRequest, SignalRequests, write_srm
from citywide.systems.traffic.model import DEPARTMENT
from citywide.systems.traffic.simulated.crossings import EASTWARD, LINK_S, ROW, Crossings

BETWEEN_S = {"bus": 600.0, "emergency": 3600.0}
SAID_AS = {"bus": "publicTransport", "emergency": "ambulance"}
STOPS_S = 8.0  # a stop, or a light, on the way from one crossing to the next
POSITION_EVERY_S = 10


@dataclass
class Run:
    """One vehicle's line: the row of crossings along which it drives, and which of them lie ahead."""

    entity: Entity
    number: int
    row: range
    ahead: list[int] = field(default_factory=list[int])

    @property
    def role(self) -> str:
        """What the vehicle is."""
        return str(self.entity.facts["role"])


class Runs:
    """All vehicles that may ask for priority."""

    def __init__(self, crossings: list[Entity], rng: np.random.Generator) -> None:
        self.crossings, self._rng = crossings, rng
        rows = [range(first, min(first + ROW, len(crossings))) for first in range(0, len(crossings), ROW)]
        buses = [
            _run(f"bus-{n + 1}", f"公交{n + 1}路", f"Bus {n + 1}", "bus", n + 1, row) for n, row in enumerate(rows)
        ]
        help_ = [_run("ambulance-1", "急救车1", "Ambulance 1", "emergency", 101, rows[0])] if rows else []
        self.runs = [*buses, *help_]
        self.entities = [run.entity for run in self.runs]

    def second(self, now: datetime, city: Crossings) -> Iterator[Reading]:
        """Who sets out, who has passed a crossing, where everybody is."""
        for run in self.runs:
            where = city.streets.named.get(run.entity.id)
            if where is None and not run.ahead and self._rng.random() < 1 / BETWEEN_S[run.role]:
                self.set_out(run, city)
                yield from self._ask(run, now, passed=[])
            elif run.ahead:
                yield from self._drive(run, now, where)

    def set_out(self, run: Run, city: Crossings) -> None:
        """It enters the row from the west."""
        city.streets.send(run.entity.id, run.row[0] * LANES + EASTWARD[1])
        run.ahead = list(run.row)

    def _drive(self, run: Run, now: datetime, lane: int | None) -> Iterator[Reading]:
        here = run.row[-1] + 1 if lane is None else lane // LANES
        passed = [crossing for crossing in run.ahead if crossing < here]
        run.ahead = [crossing for crossing in run.ahead if crossing >= here]
        if passed:
            yield from self._ask(run, now, passed)
        if lane is not None and int(now.timestamp()) % POSITION_EVERY_S == 0:
            place = self.crossings[here].place or Point(0, 0)
            yield Reading(run.entity.id, "position_lon", now, round(place.lon - 0.001, 6))
            yield Reading(run.entity.id, "position_lat", now, place.lat)

    def _ask(self, run: Run, now: datetime, passed: list[int]) -> Iterator[Reading]:
        """An SRM as a vehicle sends it, read by the hub's feed."""
        lane = EASTWARD[1] + 1
        gone = [SignalRequest(crossing + 1, lane, cancels=True) for crossing in passed]
        asks = [
            SignalRequest(crossing + 1, lane, *_mark(now.timestamp() + LINK_S + at * (LINK_S + STOPS_S)))
            for at, crossing in enumerate(run.ahead)
        ]
        said = SignalRequests(run.number, SAID_AS[run.role], (*gone, *asks), *_mark(now.timestamp()))
        yield from read_requests(f"{run.entity.id}/srm", write_srm(said).encode(), now)


def _run(name: str, zh: str, en: str, role: str, number: int, row: range) -> Run:
    facts: Mapping[str, object] = {"role": role, "name_en": en}
    return Run(
        Entity(f"priority_vehicle/{name}", "priority_vehicle", Text(en, zh).both, None, DEPARTMENT, facts), number, row
    )


def _mark(seconds: float) -> tuple[int, int]:
    """Minute of the year and milliseconds of the minute."""
    at = datetime.fromtimestamp(seconds, UTC)
    minute, ms = divmod(round((at - datetime(at.year, 1, 1, tzinfo=UTC)).total_seconds() * 1000), 60_000)
    return minute, ms
