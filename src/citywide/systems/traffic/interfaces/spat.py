"""Signal phase and timing (SAE J2735 SPaT) as JSON: read carefully, written exactly."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from citywide.systems.traffic.interfaces.fields import (
    Fields,
    Malformed,
    body_of,
    each,
    maybe,
    part,
    several,
    whole,
    word,
)

MESSAGE_ID = 19
UNKNOWN_MARK = 36_001  # a time mark counts tenths of a second in the hour
UNKNOWN_MARKS = (UNKNOWN_MARK, 36_111)  # editions since 2020 say the second


class Event(StrEnum):
    """What a movement's light says (J2735 MovementPhaseState)."""

    UNAVAILABLE = "unavailable"
    DARK = "dark"
    STOP_THEN_PROCEED = "stop-Then-Proceed"
    STOP_AND_REMAIN = "stop-And-Remain"
    PRE_MOVEMENT = "pre-Movement"
    PERMISSIVE_GREEN = "permissive-Movement-Allowed"
    PROTECTED_GREEN = "protected-Movement-Allowed"
    PERMISSIVE_CLEARANCE = "permissive-clearance"
    PROTECTED_CLEARANCE = "protected-clearance"
    CAUTION = "caution-Conflicting-Traffic"


GO = frozenset({Event.PERMISSIVE_GREEN, Event.PROTECTED_GREEN})


@dataclass(frozen=True)
class Movement:
    """One signal group: its light now and when it may and must change, in tenths of the hour."""

    group: int
    event: Event
    min_end: int | None = None
    max_end: int | None = None
    likely_end: int | None = None

    def seconds_left(self, tenths_now: int) -> float | None:
        """Least time to the change, over the turn of the hour too."""
        return None if self.min_end is None else ((self.min_end - tenths_now) % 36_000) / 10


@dataclass(frozen=True)
class Spat:
    """The lights of one crossing at one moment; `minute` counts in the year, `ms` in the minute."""

    crossing: int
    revision: int
    minute: int | None
    ms: int | None
    movements: tuple[Movement, ...]


def read_spat(text: str | bytes) -> tuple[tuple[Spat, ...], tuple[Malformed, ...]]:
    """Crossings that can be read, and what was refused with its place; no JSON at all is an error."""
    return from_fields(body_of(text, MESSAGE_ID, "SPAT"))


def write_spat(spats: Sequence[Spat]) -> str:
    """The message as JSON."""
    return json.dumps({"messageId": MESSAGE_ID, "value": {"SPAT": as_fields(spats)}})


def from_fields(body: Any) -> tuple[tuple[Spat, ...], tuple[Malformed, ...]]:
    """Out of the fields of a SPAT."""
    refused: list[Malformed] = []
    found = each(several(body, "intersections", "SPAT"), "SPAT.intersections", _reader(refused), refused)
    return found, tuple(refused)


def as_fields(spats: Sequence[Spat]) -> Fields:
    """As the fields of a SPAT."""
    return {"intersections": [_crossing_json(spat) for spat in spats]}


def _reader(refused: list[Malformed]) -> Any:
    def read(item: Any, where: str) -> Spat:
        number = whole(part(item, "id", where), "id", f"{where}.id", 0, 65_535)
        states = several(item, "states", where)
        movements = each(states, f"{where}.states", _movement, refused)
        _no_twins(movements, where)
        return Spat(
            number,
            maybe(item, "revision", where, 0, 127) or 0,
            maybe(item, "moy", where, 0, 527_040),
            maybe(item, "timeStamp", where, 0, 65_535),
            movements,
        )

    return read


def _no_twins(movements: tuple[Movement, ...], where: str) -> None:
    groups = [movement.group for movement in movements]
    twice = sorted({group for group in groups if groups.count(group) > 1})
    if twice:
        raise Malformed(f"{where}.states", f"signal group {twice[0]} twice", "each signal group once")


def _movement(item: Any, where: str) -> Movement:
    group = whole(item, "signalGroup", where, 1, 255)
    speeds = several(item, "state-time-speed", where)
    if not speeds:
        raise Malformed(f"{where}.state-time-speed", [], "at least one event")
    now, place = speeds[0], f"{where}.state-time-speed[0]"
    event = Event(word(now, "eventState", place, Event))
    timing = now.get("timing")
    if timing is None:
        return Movement(group, event)
    marks = [_mark(timing, name, f"{place}.timing") for name in ("minEndTime", "maxEndTime", "likelyTime")]
    return Movement(group, event, *marks)


def _mark(timing: Any, name: str, where: str) -> int | None:
    mark = maybe(timing, name, where, 0, max(UNKNOWN_MARKS))
    return None if mark in UNKNOWN_MARKS else mark


def _crossing_json(spat: Spat) -> dict[str, Any]:
    when = {"moy": spat.minute, "timeStamp": spat.ms}
    return {
        "id": {"id": spat.crossing},
        "revision": spat.revision,
        "status": "0000",
        **{name: value for name, value in when.items() if value is not None},
        "states": [_movement_json(movement) for movement in spat.movements],
    }


def _movement_json(movement: Movement) -> dict[str, Any]:
    marks = {
        "minEndTime": movement.min_end,
        "maxEndTime": movement.max_end,
        "likelyTime": movement.likely_end,
    }
    known = {name: value for name, value in marks.items() if value is not None}
    event: dict[str, Any] = {"eventState": movement.event.value}
    if known:
        event["timing"] = {"minEndTime": UNKNOWN_MARK} | known
    return {"signalGroup": movement.group, "state-time-speed": [event]}
