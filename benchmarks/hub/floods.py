"""Messages over MQTT, and how long a flood takes to become a case."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import psycopg

from benchmarks.hub.batches import DEVICES
from benchmarks.hub.mqtt import publish_all
from benchmarks.hub.server import Server
from benchmarks.hub.system import QUANTITIES


def over_mqtt(server: Server, port: int, ids: Sequence[str], count: int) -> dict[str, float]:
    """Messages of five values at QoS 1 until all of them are committed; then half that rate with floods in it."""
    began, before = time.perf_counter(), server.rows()
    asyncio.run(publish_all(port, messages(ids, count)))
    wait_for(server, before + 5 * count)
    rate = count / (time.perf_counter() - began)
    return {"mqtt_messages_per_s": rate} | flood_latency(server, port, ids, rate / 2)


def messages(ids: Sequence[str], count: int, level: float = 50.0) -> list[tuple[str, bytes]]:
    """Topics and payloads, each device in its turn."""
    now = int(time.time() * 1e6)
    values = {f"bench_{name}": level for name in QUANTITIES}
    encoder = msgspec.json.Encoder()
    return [
        (f"city/{ids[n % DEVICES]}/readings", encoder.encode({"time": now + n, "values": values})) for n in range(count)
    ]


def wait_for(server: Server, rows: int, seconds: float = 300) -> None:
    """Wait until so many rows were committed."""
    until = time.monotonic() + seconds
    while server.rows() < rows:
        if time.monotonic() > until:
            raise TimeoutError(f"{server.rows()} of {rows} rows came through")
        time.sleep(0.01)


def flood_latency(server: Server, port: int, ids: Sequence[str], rate: float) -> dict[str, float]:
    """Milliseconds from publishing a flood to its opened case, at this load; a watcher asks every 4 ms."""
    floods = 60
    quiet = messages(ids, int(rate * 6))
    published: dict[str, float] = {}
    seen: dict[str, float] = {}
    done = threading.Event()
    watcher = threading.Thread(target=watch_cases, args=(server.url, seen, done))
    watcher.start()
    asyncio.run(publish_all(port, list(with_floods(quiet, ids, floods)), rate=rate, stamp=published))
    time.sleep(2)
    done.set()
    watcher.join()
    late = [1000 * (seen[name] - published[name]) for name in published if name in seen]
    return {"p99_ms": float(np.quantile(late, 0.99)), "p50_ms": float(np.median(late)),
            "floods_missed": float(floods - len(late))}  # fmt: skip


def with_floods(quiet: Sequence[tuple[str, bytes]], ids: Sequence[str], floods: int) -> Iterator[tuple[str, bytes]]:
    """One device after another is flooded, evenly over the run."""
    every = len(quiet) // floods
    for place, message in enumerate(quiet):
        yield message
        if place % every == every - 1 and place // every < floods:
            now = int(time.time() * 1e6) + 60_000_000
            body = msgspec.json.encode({"time": now, "values": {"bench_level": 2000.0}})
            yield f"city/{ids[place // every]}/readings", body


def watch_cases(url: str, seen: dict[str, float], done: threading.Event) -> None:
    """Note when each case can be seen by others."""
    with psycopg.connect(url, autocommit=True) as connection:
        last = 0
        while not done.is_set():
            query = "select id, title ->> 'en' from hub.cases where id > %s order by id"
            for number, title in connection.execute(query, (last,)):
                seen.setdefault(title, time.perf_counter())
                last = number
            time.sleep(0.004)
