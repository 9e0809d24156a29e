"""A publisher at quality of service 1 that keeps many messages under way, as a gateway does."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from citywide.doors.mqtt.packets import PUBACK, Answer, Stream, connect, publish

UNDER_WAY = 20_000


async def publish_all(
    port: int, messages: Sequence[tuple[str, bytes]], rate: float | None = None, stamp: dict[str, float] | None = None
) -> None:
    """Publish everything, at a rate if one is given, and wait for the broker's last PUBACK.

    `stamp` is told when each flood (a message with one value) was written, by its device.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(connect(f"gateway-{time.monotonic_ns()}", urlsplit("mqtt://localhost")))
    await reader.readexactly(4)
    acknowledged, whole = 0, asyncio.Event()

    async def listen() -> None:
        nonlocal acknowledged
        stream = Stream()
        while acknowledged < len(messages):
            packets = stream.feed(await reader.read(1 << 16))
            acknowledged += sum(isinstance(packet, Answer) and packet.kind == PUBACK for packet in packets)
        whole.set()

    listener = asyncio.create_task(listen())
    began = time.perf_counter()
    for first in range(0, len(messages), 200):
        group = messages[first : first + 200]
        writer.write(b"".join(publish(*message, (first + n) % 65_535 + 1) for n, message in enumerate(group)))
        _note(group, stamp)
        await writer.drain()
        while first - acknowledged > UNDER_WAY:  # noqa: ASYNC110 - counted by the listener
            await asyncio.sleep(0.001)  # the broker answers in another task
        if rate is not None:
            await asyncio.sleep(max(0.0, began + (first + len(group)) / rate - time.perf_counter()))
    await whole.wait()
    listener.cancel()
    writer.close()


def _note(group: Sequence[tuple[str, bytes]], stamp: dict[str, float] | None) -> None:
    if stamp is None:
        return
    for topic, payload in group:
        if b"2000" in payload:
            stamp[topic.removeprefix("city/").removesuffix("/readings")] = time.perf_counter()
