"""Controllers' high-resolution events (Indiana): JSON or CSV rows of time, code and parameter, read row by row."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from citywide.hub import Feed, Reading
from citywide.systems.traffic.interfaces.fields import Malformed, body_of, each, part, several, whole

CODE, MOST_CODE, TENTH_US = 32768, 32767, 100_000
COLUMNS = ("time", "code", "parameter")
log = structlog.get_logger()


def read_events(topic: str, payload: bytes) -> Iterator[Reading]:
    """`crossing/c01/events`: what can be read becomes events; each other row is refused with its place."""
    entity, refused = "/".join(topic.split("/")[:2]), list[Malformed]()
    items = several(body_of(payload, 0, "events"), "events", "events") if payload[:1] == b"{" else _of_csv(payload)
    found = each(items, "events", _event, refused)
    if refused and not found:
        raise refused[0]
    for bad in refused:
        log.warning("signal_event_refused", crossing=entity, why=str(bad))
    for time, code, parameter in found:
        yield Reading(entity, "signal_event", _apart(time, code, parameter), code * CODE + parameter)


def _apart(time: datetime, code: int, parameter: int) -> datetime:
    """Events are told to the tenth of a second; within it each has a place of its own, the same when told twice."""
    tenth = time.replace(microsecond=time.microsecond // TENTH_US * TENTH_US)
    return tenth + timedelta(microseconds=(code * 256 + parameter) % TENTH_US)


def _event(item: Any, where: str) -> tuple[datetime, int, int]:
    code, parameter = (whole(item, name, where, 0, MOST_CODE) for name in COLUMNS[1:])
    return _time(part(item, "time", where), f"{where}.time"), code, parameter


def _time(value: object, where: str) -> datetime:
    """Seconds since 1970, or ISO 8601 with its zone."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError, OSError):
        time = None
    if time is None or time.tzinfo is None or isinstance(value, bool):
        raise Malformed(where, value, "seconds since 1970, or a time with its zone such as 2026-03-02T08:00:00.1+08:00")
    return time


def _of_csv(payload: bytes) -> Sequence[dict[str, object]]:
    """Rows of three columns in the order of the heading, or of COLUMNS where there is none."""
    try:
        rows = [row for row in csv.reader(payload.decode().splitlines()) if row]
    except (UnicodeDecodeError, csv.Error) as bad:
        raise Malformed("events", str(bad), "JSON, or CSV in UTF-8") from None
    names = [name.strip().lower() for name in rows[0]] if rows else []
    headed = set(COLUMNS) <= set(names)
    if not rows[headed:]:
        raise Malformed("events", "nothing", f"JSON, or rows of {', '.join(COLUMNS)}")
    return [_row(names if headed else COLUMNS, row) for row in rows[headed:]]


def _row(names: Sequence[str], row: Sequence[str]) -> dict[str, object]:
    return {name: _plain(text.strip()) for name, text in zip(names, row, strict=False)}


def _plain(text: str) -> object:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


EVENTS = Feed("signal_events", "crossing/+/events", read_events)
