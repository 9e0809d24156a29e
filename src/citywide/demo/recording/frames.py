"""Readings as devices put them on the wire: what each system's feeds take apart again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from citywide.hub.replay.recording import Line
from citywide.hub.vocabulary.things import Reading
from citywide.systems.epidemic.feeds import reported_at
from citywide.systems.traffic.feeds import KINDS as INCIDENTS

REPORTED = {"hospital": "report", "school": "absence", "pharmacy": "sales"}
TESTS = ("tests", "positive_tests")


def plain(readings: Iterable[Reading]) -> Iterator[Line]:
    """The hub's own form: the values of one thing at one moment."""
    for (entity, time), said in groupby(readings, attrgetter("entity", "time")):
        values = {reading.quantity: reading.value for reading in said}
        yield Line(topic=f"city/{entity}/readings", payload={"values": values, "time": _iso(time)})


def of_gauges(readings: Sequence[Reading]) -> Iterator[Line]:
    """Gauges send a short frame; crews and rain gauges speak the hub's own form."""
    for reading in readings:
        if reading.quantity == "water_depth":
            frame = f"D={reading.value:g};T={reading.time.timestamp():.0f}"
            yield Line(topic=f"{reading.entity}/frame", payload=frame)
    yield from plain(reading for reading in readings if reading.quantity != "water_depth")


def of_crossings(readings: Sequence[Reading]) -> Iterator[Line]:
    """Cameras count by the minute; roadside units tell of incidents; all else is left out."""
    for (entity, time), said in groupby(readings, attrgetter("entity", "time")):
        values = {reading.quantity: reading.value for reading in said}
        if {"volume", "occupancy"} <= set(values):
            yield Line(topic=f"{entity}/counts", payload=_counts(values, time))
        for kind in (kind for kind in INCIDENTS if kind in values):
            crossing, lane = entity.removeprefix("detector/").split("-")
            payload = {"kind": kind, "lane": int(lane), "lasts_s": values[kind], "time": round(time.timestamp())}
            yield Line(topic=f"crossing/{crossing}/incidents", payload=payload)


def of_clinics(readings: Sequence[Reading]) -> Iterator[Line]:
    """Hospitals, schools and pharmacies: one message for each day they speak of."""
    for (entity, time), said in groupby(readings, attrgetter("entity", "time")):
        values = {reading.quantity: int(reading.value) for reading in said}
        day, kind = {"day": time.date().isoformat()}, entity.split("/")[0]
        counts = _of_hospital(values) if kind == "hospital" else {"count": sum(values.values())}
        payload = {"reported": _iso(reported_at(time)), "days": [day | counts]}
        yield Line(topic=f"{entity}/{REPORTED[kind]}", payload=payload)


def _counts(values: dict[str, float], time: datetime) -> dict[str, float]:
    passed = round(values["volume"] / 60)
    occupancy = round(values["occupancy"] / 100, 3)
    return {"time": round(time.timestamp()), "seconds": 60, "left": 0, "through": passed, "right": 0,
            "occupancy": occupancy}  # fmt: skip


def _of_hospital(values: dict[str, int]) -> dict[str, Any]:
    visits = {name.removeprefix("visits_"): count for name, count in values.items() if name not in TESTS}
    return {"visits": visits} | {name: values[name] for name in TESTS if name in values}


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
