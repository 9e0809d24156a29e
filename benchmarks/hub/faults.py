"""kill -9 of everything in turn, and worse, under load: what was acknowledged must be there, once."""

import os
import random
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from benchmarks.form import Benchmark, Goal
from benchmarks.hub.load import Sender, Subscriber
from benchmarks.hub.server import Server
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who

DEVICES, SENDERS = 40, 4
PASSWORD = "correct horse battery"  # noqa: S105 - of a hub that lives for minutes
DISK_MB = 1600
KILLS = ("worker", "database", "server", "parent", "everything")
FULL_RUN = [KILLS[n % 4 if n % 12 else 4] for n in range(50)] + ["sleep", "cut"] * 3 + ["disk", "disk"]
QUICK_RUN = ["worker", "database", "parent", "sleep", "cut", "disk"]
ASLEEP_S = 8.0


def measure(options: Namespace) -> Mapping[str, float]:
    """Kill, wait until all is well again, and reckon at the end."""
    chance = random.Random(options.seed)
    with _disk() as folder:
        server = Server(folder, workers=2)
        server.port = _quiet_port(chance)
        try:
            server.start()
            return _under_load(server, QUICK_RUN if options.quick else FULL_RUN, chance)
        finally:
            server.stop()


def _quiet_port(chance: random.Random) -> int:
    """A port that no outgoing connection is given while the server is down."""
    while True:
        port = chance.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _under_load(server: Server, faults: list[str], chance: random.Random) -> Mapping[str, float]:
    senders, subscriber = _load(server)
    back: dict[str, list[float]] = {}
    for fault in faults:
        time.sleep(chance.uniform(0.3, 2.0))
        if fault == "worker":
            _all_keep_parts(server)
        began = time.monotonic()
        try:
            HOW[fault](server)
            _all_are_heard(senders)
        except TimeoutError:
            print((server.data / "output.log").read_text()[-4000:])
            raise
        back.setdefault(fault, []).append(time.monotonic() - began)
        print(f"{fault:<12} acknowledged again after {back[fault][-1]:.1f} s", flush=True)
    _stop(senders)
    kills = sum(fault in KILLS for fault in faults)
    return {"kills": kills, "faults": len(faults), **_reckon(server, senders, subscriber), **_worst(back)}


def _load(server: Server) -> tuple[list[Sender], Subscriber]:
    devices, url = server.add_devices(DEVICES), f"http://127.0.0.1:{server.port}"
    token = server.token()
    senders = [Sender(url, token, devices[n::SENDERS]) for n in range(SENDERS)]
    subscriber = Subscriber(url, _cookie(server, url))
    for thread in (*senders, subscriber):
        thread.start()
    return senders, subscriber


def _cookie(server: Server, url: str) -> str:
    with psycopg.connect(server.url) as connection:
        add_staff(connection, Who("watcher", ("officer",), (), everywhere=True), PASSWORD)
    body = b'{"name":"watcher","password":"%b"}' % PASSWORD.encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/session", body, headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
        return answer.headers["Set-Cookie"].partition(";")[0]


def _all_are_heard(senders: list[Sender], seconds: float = 90) -> None:
    """Wait until every sender has had two acknowledgements more: the first may have been on its way."""
    before = [sender.acknowledged + 4 * len(sender.devices) for sender in senders]
    until = time.monotonic() + seconds
    while any(sender.acknowledged < least for sender, least in zip(senders, before, strict=True)):
        if time.monotonic() > until:
            raise TimeoutError("the hub did not come back")
        time.sleep(0.02)


def _stop(senders: list[Sender]) -> None:
    for sender in senders:
        sender.stop.set()
    for sender in senders:
        sender.join(60)


def _all_keep_parts(server: Server) -> None:
    """A worker that was begun a moment ago keeps nothing yet that another could take over."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        _until(lambda: _one(connection, "select count(distinct worker) from hub.lease") == server.workers, 30)


def _kill_worker(server: Server) -> None:
    os.kill(random.choice(server.worker_pids()), signal.SIGKILL)


def _kill_parent(server: Server) -> None:
    """Its workers are left without anybody who would stop them, and must end by themselves."""
    assert server.process is not None
    workers = [psutil.Process(pid) for pid in server.worker_pids()]
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    if psutil.wait_procs(workers, timeout=20)[1]:
        raise TimeoutError("workers live on without their parent")
    server.start()


def _kill_server(server: Server) -> None:
    assert server.process is not None
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.start()


def _kill_database(server: Server) -> None:
    if server.cluster.running():
        os.kill(server.cluster.postmaster(), signal.SIGKILL)


def _kill_everything(server: Server) -> None:
    _kill_database(server)
    _kill_server(server)


def _put_to_sleep(server: Server) -> None:
    """A worker freezes in the middle of whatever it does: nobody may wait for what it has begun."""
    sleeper = random.choice(server.worker_pids())
    os.kill(sleeper, signal.SIGSTOP)
    try:
        time.sleep(ASLEEP_S)
    finally:
        os.kill(sleeper, signal.SIGCONT)


def _cut_off(server: Server) -> None:
    """The database ends half of the hub's sessions, and half of what is left or has come back."""
    some = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'citywide' and random() < 0.5"
    with psycopg.connect(server.cluster.masters_url(), autocommit=True) as connection:
        for _ in range(3):
            connection.execute(some)
            time.sleep(0.3)


def _fill_disk(server: Server) -> None:
    """Fill what is left of the disk for three seconds."""
    filler = server.data / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 20))
    time.sleep(3)
    filler.unlink()


HOW: Mapping[str, Callable[[Server], None]] = {
    "worker": _kill_worker,
    "server": _kill_server,
    "parent": _kill_parent,
    "database": _kill_database,
    "everything": _kill_everything,
    "sleep": _put_to_sleep,
    "cut": _cut_off,
    "disk": _fill_disk,
}


def _reckon(server: Server, senders: list[Sender], subscriber: Subscriber) -> dict[str, float]:
    floods, sent = sum(s.floods for s in senders), sum(s.acknowledged for s in senders)
    with psycopg.connect(server.url, autocommit=True) as connection:
        _until_answered(connection)
        readings = _one(connection, "select count(*) from hub.reading")
        alarms = _one(connection, "select count(*) from hub.alarm where rule = 'bench_flood_rule'")
        cases = _one(connection, "select count(*) from hub.cases where category = 'bench_flood'")
        size = _one(connection, "select coalesce(max(index) + 1, 0) from evidence.entry")
    expected = range(subscriber.seen[0], size)  # it began to follow when it was first let in
    _until(lambda: len(subscriber.seen) >= len(expected), 20)
    subscriber.stop.set()
    return {
        "lost": max(0, sent - readings), "duplicate_cases": max(0, cases - floods), "acknowledged": sent,
        "alarms_missed": max(0, floods - alarms), "cases_missed": max(0, floods - cases),
        "alarms_doubled": max(0, alarms - floods), "retries": sum(s.retries for s in senders),
        "events": len(expected), "events_missed": len(set(expected) - set(subscriber.seen)), "cuts": subscriber.cuts,
        "events_repeated": len(subscriber.seen) - len(set(subscriber.seen)),
    }  # fmt: skip


def _until_answered(connection: psycopg.Connection) -> None:
    """Responses and the log come a moment after commit."""
    waiting = "select count(*) from hub.alarm where not answered_raise or not answered_clear"
    _until(lambda: _one(connection, waiting) == 0, 60)
    _until(lambda: _one(connection, "select count(*) from evidence.pending") == 0, 20)
    time.sleep(1)


def _until(done: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.1)


def _one(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def _worst(back: Mapping[str, list[float]]) -> dict[str, float]:
    return {f"{'takeover' if fault == 'worker' else fault}_s": max(times) for fault, times in back.items()}


@contextmanager
def _disk() -> Iterator[Path]:
    """A small disk of our own; without the right to mount one, the disk faults are left out and it is said."""
    with tempfile.TemporaryDirectory(prefix="citywide-faults-") as folder:
        Path(folder).chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "tmpfs", folder]
        mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
        if not mounted:
            print("no right to mount a small disk here: the full disk is left out")
            for run in (FULL_RUN, QUICK_RUN):
                run[:] = [fault for fault in run if fault != "disk"]
        try:
            yield Path(folder)
        finally:
            if mounted:
                _leave(Path(folder))
                subprocess.run(["umount", "-l", folder], check=False)


def _leave(folder: Path) -> None:
    """Nobody may still be using the disk."""
    users = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]
    psutil.wait_procs(users, timeout=10)


BENCHMARK = Benchmark(
    name="faults",
    about="kill -9 of workers, servers and the database under load, frozen workers, cut sessions, a full disk.",
    measure=measure,
    goals={
        "kills": Goal(at_least=50), "lost": Goal(at_most=0), "duplicate_cases": Goal(at_most=0),
        "takeover_s": Goal(at_most=5), "events_missed": Goal(at_most=0), "events_repeated": Goal(at_most=0),
    },
    packages=("granian", "psycopg"),
)  # fmt: skip
