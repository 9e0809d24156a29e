"""Reading from the broker: what one look at the socket brings is one batch, acknowledged after commit."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from ssl import create_default_context
from urllib.parse import SplitResult, urlsplit

import psycopg
import structlog
from psycopg import Connection

from citywide.doors.mqtt.messages import Understanding, answers, refused, set_aside
from citywide.doors.mqtt.packets import (
    CONNACK,
    PING,
    SUBACK,
    Answer,
    Message,
    Stream,
    acknowledge,
    connect,
    publish,
    subscribe,
)
from citywide.hub.running import Hub
from citywide.hub.vocabulary.system import Feed

log = structlog.get_logger()
READ_AT_ONCE = 1 << 18
RETRY_S = 1.0
LOCK = 0x6D717474
Trouble = (OSError, asyncio.IncompleteReadError, RuntimeError, psycopg.Error)


class MqttReader:
    """One worker reads for all; when it dies another takes its session over, with all that was not acknowledged."""

    def __init__(self, hub: Hub, address: str) -> None:
        self.hub = hub
        self.broker: SplitResult = urlsplit(address)
        self.feeds: Sequence[Feed] = [feed for system in hub.words.systems.values() for feed in system.feeds]
        self.understanding = Understanding(self.feeds)
        self.topics = ["city/+/+/readings", *(feed.topic for feed in self.feeds)]
        self.received = 0

    async def run(self) -> None:
        """Read until cancelled; a lost broker or database is tried again, what was not acknowledged comes again."""
        while True:
            try:
                await self._lead()
            except Trouble as error:
                log.warning("lead_lost", error=str(error))
            await asyncio.sleep(RETRY_S)

    async def _lead(self) -> None:
        """Read while the lock is ours; a connection that died took it along."""
        with await asyncio.to_thread(self.hub.database.dedicated) as connection:
            while True:
                if await asyncio.to_thread(_leads, connection):
                    await self._try_a_session()
                await asyncio.sleep(RETRY_S)

    async def _try_a_session(self) -> None:
        try:
            await self._session()
        except Trouble as error:
            log.warning("broker_lost", error=str(error))

    async def _session(self) -> None:
        reader, writer = await self._call()
        try:
            writer.write(connect(self.broker.path.strip("/") or "citywide", self.broker))
            stream = Stream()
            await self._expect_connack(reader, stream)
            writer.write(subscribe(self.topics))
            pinging = asyncio.create_task(_ping(writer))
            try:
                await self._read_on(reader, writer, stream)
            finally:
                pinging.cancel()
        finally:
            writer.close()

    async def _call(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the broker, over TLS if its address begins with mqtts."""
        safe = self.broker.scheme == "mqtts"
        port = self.broker.port or (8883 if safe else 1883)
        return await asyncio.open_connection(self.broker.hostname, port, ssl=create_default_context() if safe else None)

    async def _expect_connack(self, reader: asyncio.StreamReader, stream: Stream) -> None:
        for packet in stream.feed(await reader.readexactly(4)):
            if isinstance(packet, Answer) and packet.kind == CONNACK and packet.body[1] == 0:
                return
        raise OSError("the broker does not let us in")

    async def _read_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: Stream) -> None:
        """Batches may be under way while the next is read; a failed one ends the session, so that it comes again."""
        under_way: set[asyncio.Task[None]] = set()
        while data := await reader.read(READ_AT_ONCE):
            messages = list(self._messages(stream.feed(data)))
            if messages:
                under_way.add(asyncio.create_task(self._take_or_hang_up(messages, writer)))
            if len(under_way) >= 4:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            under_way = {task for task in under_way if not task.done()}
        raise OSError("the broker hung up")

    def _messages(self, packets: Iterable[Message | Answer]) -> Iterator[Message]:
        """The messages; topics that the broker keeps from us are named, the others go on."""
        for packet in packets:
            if isinstance(packet, Message):
                yield packet
            elif packet.kind == SUBACK:
                kept = [topic for topic, code in zip(self.topics, packet.body[2:], strict=False) if code & 0x80]
                if kept:
                    log.error("broker_refuses_topics", topics=kept)

    async def _take_or_hang_up(self, messages: Sequence[Message], writer: asyncio.StreamWriter) -> None:
        try:
            await self._take(messages, writer)
        except Exception as error:  # noqa: BLE001 - whatever it was: unacknowledged, it comes again
            log.warning("batch_not_taken", error=f"{type(error).__name__}: {error}", messages=len(messages))
            writer.transport.abort()

    async def _take(self, messages: Sequence[Message], writer: asyncio.StreamWriter) -> None:
        columns, aside = self.understanding.read(messages, self.hub.clock.now_us())
        if len(columns):
            receipt = await self.hub.reception.receive(columns)
            aside += refused(columns, receipt.refused)
        if aside:
            await asyncio.to_thread(set_aside, self.hub.database, aside)
            writer.write(b"".join(starmap(publish, answers(aside, messages).items())))
        self.received += len(messages)
        numbers = [message.number for message in messages if message.number is not None]
        if numbers:
            writer.write(acknowledge(numbers))
            await writer.drain()


def _leads(connection: Connection) -> bool:
    """Whether the lock is ours: taken now, or held by this connection all along."""
    row = connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
    return bool(row and row[0])


async def _ping(writer: asyncio.StreamWriter) -> None:
    while True:
        await asyncio.sleep(10)
        writer.write(PING)
