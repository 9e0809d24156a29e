"""The simulated city as it lives: sky, rhythm, twins and faulty devices, step by step, through one door."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import structlog

from citywide.demo.aside import Aside
from citywide.demo.faults import FaultyDevices, make_faults
from citywide.demo.land import SimulatedCity
from citywide.demo.land.relief import metres
from citywide.demo.rhythm import bustle
from citywide.demo.sky import Sky
from citywide.demo.speaking import AT_ONCE, RefusedError, RefusedForGoodError
from citywide.hub.simulated.twin import (
    Answer,
    Converses,
    Instruction,
    Listening,
    Order,
    Speaks,
    TrueEvent,
    Twin,
    Weather,
    Word,
)
from citywide.hub.vocabulary.system import System
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.kit.calendars import WorkingCalendar
from citywide.kit.geometry import Point

SHARES = {
    "stuck": 0.03, "drifting": 0.03, "silent": 0.04, "clock_step": 0.04, "duplicates": 0.08, "late": 0.08,
}  # fmt: skip

log = structlog.get_logger()


class Door(Protocol):
    """What a simulated city may do with a hub; nothing else."""

    def register(self, entities: Sequence[Entity]) -> None:
        """Make things known."""
        ...

    def send(self, readings: Sequence[Reading]) -> None:
        """Deliver readings."""
        ...

    def say(self, word: Word) -> Any:
        """Post something to a door of a system's own; its answer."""
        ...

    def orders(self) -> list[Order]:
        """What units are asked to do."""
        ...

    def answer(self, answer: Answer, unit: str) -> None:
        """What a unit says of its order."""
        ...

    def instructions(self) -> list[Instruction]:
        """What devices are told; each is told once."""
        ...

    def closed_roads(self) -> list[Point]:
        """Where no road leads through now."""
        ...


class World:
    """Lives from `start` on; every part of it can be told the truth by nobody."""

    def __init__(
        self,
        city: SimulatedCity,
        systems: Sequence[System],
        start: datetime,
        shares: Mapping[str, float] = SHARES,
        aside: Path | None = None,
    ) -> None:
        plan = city.plan
        self._streets = plan.streets
        self.now, self.calendar = start, WorkingCalendar()
        self._unsaid: list[Reading] = []
        self.aside = Aside(aside)
        self.twins: list[Twin] = [system.twin(plan) for system in systems if system.twin is not None]
        self.sky = Sky(plan.seed, city.relief.reach, start)
        self._xy = metres(*np.array([(place.at.lon, place.at.lat) for place in plan.places]).T)
        devices = [each.id for twin in self.twins for each in twin.entities if each.kind == "gauge"]
        rng = plan.rng("faults")
        self.devices = FaultyDevices(rng, make_faults(rng, devices, start, 30, shares))

    def entities(self) -> list[Entity]:
        """Everything that the twins bring into the city."""
        return [entity for twin in self.twins for entity in twin.entities]

    def step(self, seconds: float) -> list[Reading]:
        """Let time pass; what comes over the wire at its end."""
        weather = self.weather()
        self.now += timedelta(seconds=seconds)
        said = [reading for twin in self.twins for reading in twin.step(self.now, seconds, weather)]
        return self.devices.spoil(said, self.now)

    def weather(self) -> Weather:
        """The weather and the bustle of now."""
        rain = self.sky.rain_mm(self._xy, self.now)
        return Weather(rain, self.sky.temperature_c(self.now), bustle(self.now, self.calendar))

    def obey(self, orders: Sequence[Order]) -> list[tuple[Answer, str]]:
        """What the units say of their orders."""
        unit_of = {order.case: order.unit for order in orders}
        answers = [answer for twin in self.twins for answer in twin.obey(orders, self.now)]
        return [(answer, answer.unit or unit_of[answer.case]) for answer in answers]

    def tell(self, door: Door) -> None:
        """What twins say through doors of their own, their past too; what is refused is shown, and the rest goes on."""
        for twin in self.twins:
            for word in twin.words(self.now) if isinstance(twin, Speaks) else ():
                try:
                    answer = door.say(word)
                except RefusedError as error:
                    log.warning("word_refused", path=word.path, error=str(error))
                    continue
                if isinstance(twin, Converses):
                    twin.answered(word, answer)

    def hear(self, instructions: Sequence[Instruction]) -> None:
        """Let the devices take in what they are told."""
        for twin in self.twins:
            if instructions and isinstance(twin, Listening):
                twin.hear(instructions, self.now)

    def live(self, door: Door, seconds: float) -> None:
        """One step with everything that is said and asked through the door."""
        self._streets.closed = door.closed_roads()
        self.tell(door)
        self._unsaid = self._unsaid or self.step(seconds)  # what was not taken is said again before time goes on
        self.deliver(door)
        for answer, unit in self.obey(door.orders()):
            door.answer(answer, unit)
        self.hear(door.instructions())

    def deliver(self, door: Door) -> None:
        """Batch by batch; what is refused for good is set aside, or nothing would ever be said again."""
        while self._unsaid:
            some = self._unsaid[:AT_ONCE]
            try:
                door.send(some)
            except RefusedForGoodError as error:
                self.aside.put(some, error)
            del self._unsaid[: len(some)]

    def truth(self) -> list[TrueEvent]:
        """What truly happened, and whose device was broken."""
        return [*(event for twin in self.twins for event in twin.truth()), *self.devices.truth()]
