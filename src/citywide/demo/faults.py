"""Devices that fail, laid over what they would have said; what ails whom is kept apart."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
from msgspec import Struct, structs

from citywide.hub.simulated.twin import TrueEvent
from citywide.hub.vocabulary.things import Reading

SORTS = ("stuck", "drifting", "silent", "clock_step", "duplicates", "late")
DRIFT_PER_DAY = 6.0


class Fault(Struct, frozen=True):
    """What ails a device, from when to when."""

    sort: str
    entity: str
    began: datetime
    ended: datetime
    size: float = 0.0


def make_faults(
    rng: np.random.Generator, devices: Sequence[str], start: datetime, days: int, shares: Mapping[str, float]
) -> list[Fault]:
    """Faults of each sort for a share of the devices; a device has one at a time."""
    order: list[int] = rng.permutation(len(devices)).tolist()
    found: list[Fault] = []
    for sort, share in shares.items():
        count = max(1, round(share * len(devices))) if share and devices else 0
        ill, order = order[:count], order[count:]
        found += [_fault(rng, sort, devices[place], start, days) for place in ill]
    return found


class FaultyDevices:
    """Stands between devices and the doors."""

    def __init__(self, rng: np.random.Generator, faults: Sequence[Fault]) -> None:
        self.rng, self.faults = rng, {fault.entity: fault for fault in faults}
        self._frozen: dict[tuple[str, str], float] = {}
        self._held: list[tuple[datetime, Reading]] = []

    def spoil(self, readings: Sequence[Reading], now: datetime) -> list[Reading]:
        """What really goes over the wire at this moment."""
        said = [out for reading in readings for out in self._said(reading, now)]
        due = [reading for at, reading in self._held if at <= now]
        self._held = [(at, reading) for at, reading in self._held if at > now]
        return [*due, *said]

    def truth(self) -> list[TrueEvent]:
        """Who was broken when."""
        return [TrueEvent("devices", fault.sort, fault.entity, fault.began, fault.ended)
                for fault in self.faults.values()]  # fmt: skip

    def _said(self, reading: Reading, now: datetime) -> Iterator[Reading]:
        fault = self.faults.get(reading.entity)
        if fault is None or not fault.began <= now < fault.ended or reading.quantity.startswith("position"):
            yield reading
            return
        yield from getattr(self, f"_{fault.sort}")(fault, reading, now)

    def _stuck(self, _fault: Fault, reading: Reading, _now: datetime) -> Iterator[Reading]:
        value = self._frozen.setdefault((reading.entity, reading.quantity), reading.value)
        yield structs.replace(reading, value=value)

    def _drifting(self, fault: Fault, reading: Reading, now: datetime) -> Iterator[Reading]:
        days = (now - fault.began) / timedelta(days=1)
        yield structs.replace(reading, value=round(reading.value + DRIFT_PER_DAY * days, 1))

    def _silent(self, _fault: Fault, _reading: Reading, _now: datetime) -> Iterator[Reading]:
        yield from ()

    def _clock_step(self, fault: Fault, reading: Reading, _now: datetime) -> Iterator[Reading]:
        yield structs.replace(reading, time=reading.time + timedelta(seconds=fault.size))

    def _duplicates(self, _fault: Fault, reading: Reading, _now: datetime) -> Iterator[Reading]:
        yield from [reading] * int(self.rng.integers(1, 4))

    def _late(self, _fault: Fault, reading: Reading, now: datetime) -> Iterator[Reading]:
        """A bad link: some readings come minutes after the ones that followed them."""
        if self.rng.random() < 0.3:
            self._held.append((now + timedelta(seconds=float(self.rng.uniform(60, 900))), reading))
        else:
            yield reading


def _fault(rng: np.random.Generator, sort: str, entity: str, start: datetime, days: int) -> Fault:
    began = start + timedelta(seconds=float(rng.uniform(0, 0.3 * 86_400)))
    lasts = {"silent": timedelta(hours=float(rng.uniform(2, 10)))}.get(sort, timedelta(days=days))
    size = float(rng.choice([-240.0, -90.0, 120.0, 240.0])) if sort == "clock_step" else 0.0
    return Fault(sort, entity, began, began + lasts, size)
