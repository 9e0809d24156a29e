"""Queries on a season of readings while others come in."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from benchmarks.hub.batches import prepared, send
from benchmarks.hub.client import get_all
from benchmarks.hub.server import Server
from citywide.hub.database.days import create
from citywide.hub.database.pool import Database
from citywide.hub.readings.history import summarise


def queries(server: Server, ids: Sequence[str], token: str, history: int) -> dict[str, float]:
    """Latest values, a count and a season's chart, while readings come in."""
    load_history(server, history)
    stop = threading.Event()
    writer = threading.Thread(target=write_on, args=(server, ids, token, stop))
    writer.start()
    begin = (datetime.now(UTC) - timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    names = "&".join(f"entity={id_}" for id_ in ids[:10])
    paths = {
        "latest_10k_ms": "/v1/latest?kind=bench&quantity=bench_level",
        "count_50m_ms": "/v1/count",
        "chart_ms": f"/v1/history?{names}&quantity=bench_level&begin={begin}",
    }
    try:
        return {name: asyncio.run(get_all(server.port, path, token, 15)) for name, path in paths.items()}
    finally:
        stop.set()
        writer.join()


def load_history(server: Server, count: int) -> None:
    """A season of readings: as many series as fit, one reading every five minutes of ninety days."""
    steps = 90 * 288
    series = max(10, count // steps)
    with psycopg.connect(server.url, autocommit=True) as connection:
        today = datetime.now(UTC).date()
        create(connection, [today - timedelta(days=n) for n in range(40, 131)])
        connection.execute(HISTORY, {"series": series, "begin": today - timedelta(days=130), "steps": steps})
        connection.execute(
            "insert into hub.day select time::date, 'history', count(*) from hub.reading where received = 1 group by 1"
        )
    database = Database(server.url)
    summarise(database, Path(), datetime.now(UTC))
    database.close()


HISTORY = """
    insert into hub.reading (series, time, value, received)
    select s.number, %(begin)s::date + interval '5 minutes' * step, 50 + 10 * sin(step / 40.0 + s.number), 1
    from generate_series(0, %(steps)s - 1) as step,
        (select number from hub.series where quantity = 'bench_level' order by entity limit %(series)s) as s
    on conflict do nothing
"""


def write_on(server: Server, ids: Sequence[str], token: str, stop: threading.Event) -> None:
    """A steady stream of batches beside the queries."""
    number = 1_000_000
    while not stop.is_set():
        send(server, prepared(ids, token, number % 4000 + 4000, 4, "json"), 4)
        number += 4
        stop.wait(0.02)
