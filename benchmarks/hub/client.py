"""An HTTP client that sends prepared requests over a few connections and reads no more than it must."""

import asyncio
import time
from collections.abc import Sequence


def request(path: str, body: bytes, token: str, kind: str = "application/json") -> bytes:
    """A whole request as bytes, made before the clock runs."""
    lines = (f"POST {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", f"Content-Type: {kind}")
    head = "\r\n".join((*lines, f"Content-Length: {len(body)}", "", ""))
    return head.encode() + body


async def post_all(port: int, requests: Sequence[bytes], connections: int) -> list[float]:
    """Send all requests over so many connections; seconds that each took until its answer came."""
    waiting = iter(requests)
    seconds: list[float] = []

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for prepared in waiting:
            began = time.perf_counter()
            writer.write(prepared)
            status, answer = await _answer(reader)
            if status != 200 or b'"refused_count":0' not in answer:
                raise RuntimeError(f"{status}: {answer[:300]!r}")
            seconds.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return seconds


async def get_all(port: int, path: str, token: str, times: int) -> float:
    """The median milliseconds of so many GETs, one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = (f"GET {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", "", "")
    took: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        writer.write("\r\n".join(lines).encode())
        status, answer = await _answer(reader)
        if status != 200:
            raise RuntimeError(f"{status}: {answer[:300]!r}")
        took.append(1000 * (time.perf_counter() - began))
    writer.close()
    return sorted(took)[times // 2]


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[16:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return int(head[9:12]), await reader.readexactly(length)
