"""Controllers' high-resolution events (Indiana): JSON or CSV rows of time, code and parameter, read row by row."""

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from citywide.hub import Feed, Reading
from citywide.systems.traffic.interfaces.fields import Malformed, body_of, each, part, several, whole

CODE, MOST_CODE, TENTH_US, LATEST_S = 32768, 32767, 100_000, 4e9
COLUMNS = ("time", "code", "parameter")
CALLED = {"timestamp": "time", "datetime": "time", "eventid": "code", "eventcode": "code", "event": "code",
          "eventparam": "parameter", "eventparameter": "parameter", "param": "parameter"}  # fmt: skip
WHOSE = {"deviceid", "device", "signalid", "controllerid"}  # what tables of many controllers have besides
log = structlog.get_logger()


def read_events(topic: str, payload: bytes) -> Iterator[Reading]:
    """`crossing/c01/events`: what can be read becomes events; each other row is refused with its place."""
    entity = "/".join(topic.split("/")[:2])
    readings, refused = read_rows(entity, payload)
    for bad in refused:
        log.warning("signal_event_refused", crossing=entity, why=str(bad))
    yield from readings


def read_rows(crossing: str, payload: bytes) -> tuple[list[Reading], list[Malformed]]:
    """A controller's events, and what was refused; nothing but refusals is an error."""
    refused = list[Malformed]()
    found = each(_items(payload), "events", _event, refused)
    if refused and not found:
        raise refused[0]
    events = [(_apart(time, code, parameter), code * CODE + parameter) for time, code, parameter in found]
    return [Reading(crossing, "signal_event", at, packed) for at, packed in events], refused


def _items(payload: bytes) -> Sequence[Any]:
    """The rows of a JSON object or list, else of a table."""
    if payload.lstrip()[:1] not in {b"{", b"["}:
        return _of_csv(payload)
    body = body_of(payload, 0, "events")
    return several({"events": body} if isinstance(body, list) else body, "events", "events")


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
    if time is None or time.tzinfo is None or isinstance(value, bool) or not 0 <= time.timestamp() <= LATEST_S:
        raise Malformed(where, value, "seconds since 1970, or a time with its zone such as 2026-03-02T08:00:00.1+08:00")
    return time


def _of_csv(payload: bytes) -> Sequence[dict[str, object]]:
    """Rows of three columns by their heading, or in the order of COLUMNS where there is none."""
    rows = _table(payload)
    names = [_name(text) for text in rows[0]] if rows else []
    headed = set(COLUMNS) <= set(names)
    if not rows[headed:]:
        raise Malformed("events", "nothing", f"JSON, or rows of {', '.join(COLUMNS)}")
    if not headed and all(isinstance(_plain(text), str) and not _is_time(text) for text in rows[0]):
        raise Malformed("events", rows[0], f"a heading with {', '.join(COLUMNS)}, or none")
    for place in (at for at, name in enumerate(names) if headed and name in WHOSE):
        if len({tuple(row[place : place + 1]) for row in rows[1:]}) > 1:
            raise Malformed(
                "events", f"several of {rows[0][place]}", "the rows of one controller, each at its own crossing"
            )
    return [_row(names if headed else COLUMNS, row) for row in rows[headed:]]


def _table(payload: bytes) -> list[list[str]]:
    """Rows of text between commas, semicolons or tabs."""
    try:
        lines = [line for line in payload.decode("utf-8-sig").splitlines() if line.strip()]
        between = max(",;\t", key=lines[0].count) if lines else ","
        return [row for row in csv.reader(lines, delimiter=between) if row]
    except (UnicodeDecodeError, csv.Error) as bad:
        raise Malformed("events", str(bad), "JSON, or CSV in UTF-8") from None


def _name(text: str) -> str:
    """What a column is, by the names that controllers' makers give it."""
    plain = "".join(letter for letter in text.lower() if letter.isalpha())
    return CALLED.get(plain, plain)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _row(names: Sequence[str], row: Sequence[str]) -> dict[str, object]:
    return {name: _plain(text.strip()) for name, text in zip(names, row, strict=False)}


def _plain(text: str) -> object:
    """A whole number even where it is written 82.0."""
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        return int(number) if isinstance(number, float) and number.is_integer() else number
    return text


EVENTS = Feed("signal_events", "crossing/+/events", read_events)
