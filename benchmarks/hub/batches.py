"""What is sent (whole requests made before the clock runs) and the same rows for COPY."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import psycopg

from benchmarks.hub.client import post_all, request
from benchmarks.hub.server import Server
from benchmarks.hub.system import QUANTITIES
from citywide.hub.database.days import create
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.binary import encode

BATCH = 1000


DEVICES = 10_000


FORMATS = {"json": "application/json", "msgpack": "application/msgpack"}


def prepared(ids: Sequence[str], token: str, first: int, count: int, form: str, days_ago: int = 1) -> list[bytes]:
    """Whole requests, made before the clock runs: 200 devices report five values each."""
    encode_body = msgspec.json.encode if form == "json" else msgspec.msgpack.encode
    quantities = [f"bench_{name}" for name in QUANTITIES] * 200
    return [
        request("/v1/readings", encode_body(batch(ids, quantities, number, days_ago)), token, FORMATS[form])
        for number in range(first, first + count)
    ]


def batch(ids: Sequence[str], quantities: Sequence[str], number: int, days_ago: int) -> dict[str, object]:
    """One batch of 1,000: the devices of one group at one moment."""
    group = number % (DEVICES // 200) * 200
    moment = int(time.time() * 1e6) // 86_400_000_000 * 86_400_000_000 - days_ago * 86_400_000_000
    at = moment + number // (DEVICES // 200) * 10_000_000
    entities = [id_ for id_ in ids[group : group + 200] for _ in QUANTITIES]
    values = [round(50 + (number * 7 + place) % 100 / 10, 1) for place in range(BATCH)]
    return {"entity": entities, "quantity": quantities, "time": [at] * BATCH, "value": values}


def send(server: Server, requests: Sequence[bytes], connections: int) -> float:
    """Seconds until every batch was acknowledged."""
    began = time.perf_counter()
    asyncio.run(post_all(server.port, requests, connections))
    return time.perf_counter() - began


def copy_rate(server: Server, batches: int, turn: int) -> float:
    """Rows a second of one binary COPY into a day of the same table, made ready beforehand."""
    day = datetime.now(UTC).date() - timedelta(days=30 + turn)
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1e6)
    blocks = [encode(rows_of(number, start), number)[19:-2] for number in range(batches)]
    head = encode(rows_of(0, start), 0)[:19]
    with psycopg.connect(server.url, autocommit=True) as connection:
        create(connection, [day])
        began = time.perf_counter()
        with (
            connection.cursor() as cursor,
            cursor.copy("copy hub.reading (series, time, value, received) from stdin (format binary)") as copy,
        ):
            copy.write(head)
            for block in blocks:
                copy.write(block)
        return batches * BATCH / (time.perf_counter() - began)


def rows_of(number: int, start: int) -> Rows:
    """The same shape as a batch: 1,000 series of one group at one moment."""
    group = number % (DEVICES // 200) * BATCH
    at = start + number // (DEVICES // 200) * 10_000_000
    return Rows(np.arange(group + 1, group + BATCH + 1), np.full(BATCH, at), np.linspace(50, 60, BATCH))
