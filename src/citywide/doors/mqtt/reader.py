"""Reading from the broker: what one look at the socket brings is one batch, acknowledged after commit."""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

import numpy as np
import structlog
from msgspec import DecodeError, Struct, ValidationError, json
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.doors.mqtt.packets import (
    CONNACK,
    PING,
    Answer,
    Message,
    Stream,
    acknowledge,
    connect,
    subscribe,
)
from citywide.hub.ingest.batch import Columns
from citywide.hub.running import Hub
from citywide.hub.system import Feed
from citywide.hub.things import Reading
from citywide.kit.clock import microseconds

log = structlog.get_logger()
TOPIC = re.compile(r"^city/([a-z0-9_]+/[^\s/]+)/readings$")
READ_AT_ONCE = 1 << 18
RETRY_S = 1.0
LOCK = 0x6D717474


class Payload(Struct, frozen=True):
    """The payload of `city/KIND/NAME/readings`: values by quantity, and when."""

    values: dict[str, float]
    time: datetime | int | None = None


_payload = json.Decoder(Payload)


class MqttReader:
    """One worker reads for all; when it dies another takes its session over, with all that was not acknowledged."""

    def __init__(self, hub: Hub, address: str) -> None:
        self.hub = hub
        self.broker: SplitResult = urlsplit(address)
        self.feeds: Sequence[Feed] = [feed for system in hub.words.systems.values() for feed in system.feeds]
        self._patterns = [(re.compile(_pattern(feed.topic)), feed) for feed in self.feeds]
        self.received = 0

    async def run(self) -> None:
        """Read until cancelled; a lost broker is tried again, what was not acknowledged comes again."""
        with self.hub.database.dedicated() as connection:
            while not await asyncio.to_thread(_leads, connection):  # noqa: ASYNC110 - another process may die
                await asyncio.sleep(RETRY_S)
            while True:
                try:
                    await self._session()
                except (OSError, asyncio.IncompleteReadError, RuntimeError) as error:
                    log.warning("broker_lost", error=str(error))
                await asyncio.sleep(RETRY_S)

    async def _session(self) -> None:
        reader, writer = await asyncio.open_connection(self.broker.hostname, self.broker.port or 1883)
        try:
            writer.write(connect("citywide", self.broker))
            stream = Stream()
            await self._expect_connack(reader, stream)
            writer.write(subscribe(["city/+/+/readings", *(feed.topic for feed in self.feeds)]))
            pinging = asyncio.create_task(_ping(writer))
            try:
                await self._read_on(reader, writer, stream)
            finally:
                pinging.cancel()
        finally:
            writer.close()

    async def _expect_connack(self, reader: asyncio.StreamReader, stream: Stream) -> None:
        for packet in stream.feed(await reader.readexactly(4)):
            if isinstance(packet, Answer) and packet.kind == CONNACK and packet.body[1] == 0:
                return
        raise OSError("the broker does not let us in")

    async def _read_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: Stream) -> None:
        """Batches may be under way while the next is read; a failed one ends the session, so that it comes again."""
        under_way: set[asyncio.Task[None]] = set()
        while data := await reader.read(READ_AT_ONCE):
            messages = [packet for packet in stream.feed(data) if isinstance(packet, Message)]
            if messages:
                under_way.add(asyncio.create_task(self._take(messages, writer)))
            if len(under_way) >= 4:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in under_way if task.done()]:
                under_way.remove(task)
                task.result()
        raise OSError("the broker hung up")

    async def _take(self, messages: Sequence[Message], writer: asyncio.StreamWriter) -> None:
        columns = self._columns(messages)
        if len(columns):
            await self.hub.reception.receive(columns)
        self.received += len(messages)
        numbers = [message.number for message in messages if message.number is not None]
        if numbers:
            writer.write(acknowledge(numbers))
            await writer.drain()

    def _columns(self, messages: Sequence[Message]) -> Columns:
        entity: list[str] = []
        quantity: list[str] = []
        time: list[int] = []
        value: list[float] = []
        now = self.hub.clock.now_us()
        for message in messages:
            try:
                self._add(message, now, entity, quantity, time, value)
            except (DecodeError, ValidationError, ValueError, KeyError, OverflowError) as error:
                self._set_aside(message, str(error))
        return Columns(entity, quantity, np.array(time, np.int64), np.array(value, float))

    def _add(
        self,
        message: Message,
        now: int,
        entity: list[str],
        quantity: list[str],
        time: list[int],
        value: list[float],
    ) -> None:
        match = TOPIC.match(message.topic)
        if match is None:
            for reading in self._by_feed(message):
                entity.append(reading.entity)
                quantity.append(reading.quantity)
                time.append(microseconds(reading.time))
                value.append(reading.value)
            return
        payload = _payload.decode(message.payload)
        count = len(payload.values)
        entity += [match[1]] * count
        quantity += payload.values.keys()
        value += payload.values.values()
        time += [_microseconds(payload.time, now)] * count

    def _by_feed(self, message: Message) -> list[Reading]:
        for pattern, feed in self._patterns:
            if pattern.match(message.topic):
                return list(feed.read(message.topic, message.payload))
        raise ValueError(f"no feed reads the topic {message.topic}")

    def _set_aside(self, message: Message, why: str) -> None:
        """A message that cannot be read is kept for an engineer, and takes no good one down with it."""
        item = Jsonb({"topic": message.topic, "payload": message.payload[:2000].decode("utf-8", "replace")})
        with contextlib.suppress(Exception), self.hub.database.transaction() as connection:
            connection.execute("insert into hub.refused (door, item, why) values ('mqtt', %s, %s)", (item, why))


def _leads(connection: Connection) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
    return bool(row and row[0])


async def _ping(writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(10)
        writer.write(PING)


def _pattern(topic: str) -> str:
    parts = ("[^/]+" if part == "+" else ".*" if part == "#" else re.escape(part) for part in topic.split("/"))
    return "^" + "/".join(parts) + "$"


def _microseconds(time: datetime | int | None, now: int) -> int:
    if isinstance(time, datetime):
        return microseconds(time if time.tzinfo else time.replace(tzinfo=UTC))
    return now if time is None else time
