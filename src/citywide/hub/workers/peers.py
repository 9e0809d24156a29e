"""Between workers: rows are handed to the worker that keeps them, and its answer comes back after commit."""

import asyncio
import contextlib
import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256
from secrets import token_bytes

import numpy as np
from msgspec import DecodeError, Struct, msgpack
from numpy.typing import NDArray

from citywide.hub.ingest.batch import Rows

Take = Callable[[Rows], Awaitable[NDArray[np.int8]]]
LARGEST = 256 * 1024 * 1024
CALLING_S = 3.0  # a machine that has gone does not even say no


class Handed(Struct, array_like=True):
    """Rows on their way to their keeper."""

    number: int
    series: bytes
    time: bytes
    value: bytes


class Answered(Struct, array_like=True):
    """The keeper's answer: what became of each row, or why nothing did."""

    number: int
    outcome: bytes
    error: str = ""


class PeerError(RuntimeError):
    """The keeper could not commit, or could not be reached: nothing was acknowledged."""


async def serve(host: str, secret: bytes, take: Take) -> tuple[asyncio.Server, int]:
    """Listen for other workers on a free port."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, OSError, DecodeError), contextlib.closing(writer):
            if await _greet(reader, writer, secret):
                await _take_all(reader, writer, take)

    server = await asyncio.start_server(meet, host, 0)
    return server, server.sockets[0].getsockname()[1]


class Peer:
    """The way to one other worker; many batches may be under way at once."""

    def __init__(self, address: str, secret: bytes) -> None:
        self.address, self.secret = address, secret
        self._waiting: dict[int, asyncio.Future[NDArray[np.int8]]] = {}
        self._number = 0
        self._writer: asyncio.StreamWriter | None = None
        self._lock = asyncio.Lock()
        self._listener: asyncio.Task[None] | None = None

    async def send(self, rows: Rows) -> NDArray[np.int8]:
        """Hand rows over and wait for the answer."""
        try:
            writer = await self._connected()
            self._number += 1
            number = self._number
            future = self._waiting[number] = asyncio.get_running_loop().create_future()
            parts = (rows.series.tobytes(), rows.time.tobytes(), rows.value.tobytes())
            _write(writer, msgpack.encode(Handed(number, *parts)))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError) as error:
            raise PeerError(f"worker at {self.address} cannot be reached: {error}") from error
        return await future

    def close(self) -> None:
        """Hang up (in the loop's thread)."""
        if self._listener:
            self._listener.cancel()
        self._hang_up()

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._lock:
            if self._writer is None or self._writer.is_closing():
                host, port = self.address.rsplit(":", 1)
                async with asyncio.timeout(CALLING_S):
                    reader, writer = await asyncio.open_connection(host, int(port))
                    nonce = await reader.readexactly(32)
                writer.write(_proof(self.secret, nonce))
                self._listener = asyncio.create_task(self._listen(reader))
                self._writer = writer
            return self._writer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                answer = msgpack.decode(await _read(reader), type=Answered)
                future = self._waiting.pop(answer.number)
                if future.done():  # who asked has hung up meanwhile
                    continue
                if answer.error:
                    future.set_exception(PeerError(answer.error))
                else:
                    future.set_result(np.frombuffer(answer.outcome, np.int8))
        except (asyncio.IncompleteReadError, OSError, DecodeError):
            self._hang_up()

    def _hang_up(self) -> None:
        """The keeper has gone: those who wait hear that nothing was acknowledged."""
        if self._writer:
            self._writer.close()
        waiting, self._waiting = self._waiting, {}
        for future in (future for future in waiting.values() if not future.done()):
            future.set_exception(PeerError(f"worker at {self.address} has gone"))


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: bytes) -> bool:
    nonce = token_bytes(32)
    writer.write(nonce)
    return hmac.compare_digest(await reader.readexactly(32), _proof(secret, nonce))


async def _take_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, take: Take) -> None:
    async def answer(handed: Handed) -> None:
        try:
            outcome = await take(_rows(handed))
            reply = Answered(handed.number, outcome.tobytes())
        except Exception as error:  # noqa: BLE001 - the sender must hear whatever went wrong
            reply = Answered(handed.number, b"", str(error) or type(error).__name__)
        with contextlib.suppress(OSError):  # who asked has gone meanwhile
            _write(writer, msgpack.encode(reply))
            await writer.drain()

    tasks: set[asyncio.Task[None]] = set()
    while True:
        handed = msgpack.decode(await _read(reader), type=Handed)
        task = asyncio.create_task(answer(handed))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def _rows(handed: Handed) -> Rows:
    return Rows(
        np.frombuffer(handed.series, np.int64),
        np.frombuffer(handed.time, np.int64),
        np.frombuffer(handed.value, np.float64),
    )


def _proof(secret: bytes, nonce: bytes) -> bytes:
    return hmac.new(secret, nonce, sha256).digest()


def _write(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(len(frame).to_bytes(4, "big") + frame)


async def _read(reader: asyncio.StreamReader) -> bytes:
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > LARGEST:
        raise ConnectionError("a frame too large to be one of ours")
    return await reader.readexactly(size)
