"""What messages say: readings in columns; what cannot be read is set aside and takes no good one down with it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct, json
from psycopg.types.json import Jsonb

from citywide.doors.mqtt.packets import Message
from citywide.hub.database.pool import Database
from citywide.hub.ingest.batch import Columns, Refusal
from citywide.hub.vocabulary.system import Feed
from citywide.hub.vocabulary.things import Reading
from citywide.kit.clock import microseconds

TOPIC = re.compile(r"^city/([a-z0-9_]+/[^\s/]+)/readings$")
MOST_KEPT = 100_000
FAR = 1 << 62


class Payload(Struct, frozen=True):
    """The payload of `city/KIND/NAME/readings`: values by quantity, and when."""

    values: dict[str, float]
    time: datetime | int | None = None


class Aside(Struct, frozen=True):
    """Something that was not taken, for an engineer to look at."""

    item: dict[str, object]
    why: str
    topic: str = ""  # on which it came


class Understanding:
    """Reads messages by the hub's own form and by the feeds of the systems."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._patterns = [(re.compile(_pattern(feed.topic)), feed) for feed in feeds]
        self._payload = json.Decoder(Payload)

    def read(self, messages: Sequence[Message], now: int) -> tuple[Columns, list[Aside]]:
        """The readings of all messages together, and what could not be read."""
        entity: list[str] = []
        quantity: list[str] = []
        time: list[int] = []
        value: list[float] = []
        aside: list[Aside] = []
        for message in messages:
            try:
                names, quantities, times, values = self._columns(message, now)
            except Exception as error:  # noqa: BLE001 - a feed is a system's own code, the payload anybody's
                aside.append(Aside(_shown(message), str(error) or type(error).__name__, message.topic))
                continue
            entity += names
            quantity += quantities
            time += times
            value += values
        return Columns(entity, quantity, np.array(time, np.int64), np.array(value, float)), aside

    def _columns(self, message: Message, now: int) -> tuple[list[str], list[str], list[int], list[float]]:
        match = TOPIC.match(message.topic)
        if match is None:
            return _in_columns(self._by_feed(message))
        payload = self._payload.decode(message.payload)
        if message.retained and payload.time is None:
            raise ValueError("a message that the broker retained must say its time")
        count = len(payload.values)
        time = _microseconds(payload.time, now)
        return [match[1]] * count, list(payload.values), [time] * count, list(payload.values.values())

    def _by_feed(self, message: Message) -> list[Reading]:
        for pattern, feed in self._patterns:
            if pattern.match(message.topic):
                return list(feed.read(message.topic, message.payload))
        raise ValueError(f"no feed reads the topic {message.topic}")


def refused(columns: Columns, refusals: Sequence[Refusal]) -> list[Aside]:
    """Readings that could be read and were not taken."""
    return [_refused(columns, refusal) for refusal in refusals]


def answers(aside: Sequence[Aside], messages: Sequence[Message]) -> dict[str, bytes]:
    """What devices are told of what was not taken: the last of it, on `city/KIND/NAME/refused`."""
    asked = {message.topic for message in messages if TOPIC.match(message.topic)}
    last = {each.topic: {"item": each.item, "why": each.why} for each in aside if each.topic in asked}
    return {topic.removesuffix("readings") + "refused": json.encode(told) for topic, told in last.items()}


def set_aside(database: Database, items: Sequence[Aside]) -> None:
    """Keep them for an engineer, the newest hundred thousand."""
    with database.transaction() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into hub.refused (door, item, why) values ('mqtt', %s, %s)",
            [(Jsonb(each.item), _without_nul(each.why)) for each in items],
        )
        cursor.execute("delete from hub.refused where id <= (select max(id) from hub.refused) - %s", (MOST_KEPT,))


def _shown(message: Message) -> dict[str, object]:
    payload = message.payload[:2000].decode("utf-8", "replace")
    return {"topic": _without_nul(message.topic), "payload": _without_nul(payload)}


def _refused(columns: Columns, refusal: Refusal) -> Aside:
    place = int(refusal.where.removeprefix("readings[").partition("]")[0])
    why, topic = f"{refusal.what}; accepted: {refusal.accepted}", f"city/{columns.entity[place]}/readings"
    return Aside(_reading(columns, place), why, topic)


def _reading(columns: Columns, place: int) -> dict[str, object]:
    return {"entity": _without_nul(columns.entity[place]), "quantity": _without_nul(columns.quantity[place]),
            "time": int(columns.time[place]), "value": repr(float(columns.value[place]))}  # fmt: skip


def _in_columns(readings: Sequence[Reading]) -> tuple[list[str], list[str], list[int], list[float]]:
    return (
        [reading.entity for reading in readings],
        [reading.quantity for reading in readings],
        [microseconds(reading.time) for reading in readings],
        [float(reading.value) for reading in readings],
    )


def _without_nul(text: str) -> str:
    """A database keeps every character but this one."""
    return text.replace("\0", "\ufffd")


def _pattern(topic: str) -> str:
    parts = ("[^/]+" if part == "+" else ".*" if part == "#" else re.escape(part) for part in topic.split("/"))
    return "^" + "/".join(parts) + "$"


def _microseconds(time: datetime | int | None, now: int) -> int:
    if isinstance(time, datetime):
        return microseconds(time if time.tzinfo else time.replace(tzinfo=UTC))
    return now if time is None else max(-FAR, min(time, FAR))
