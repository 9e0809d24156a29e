"""A server of its own for a benchmark, started as a city would start it, stopped afterwards."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import psycopg

from citywide.doors.mqtt.broker import start_broker
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.pool import Database
from citywide.hub.entities.registry import register
from citywide.hub.people.devices import new_token
from citywide.hub.vocabulary.things import Entity
from citywide.kit.geometry import Point


class Server:
    """A running hub: its port, its database, a token that may do everything."""

    def __init__(self, data: Path, workers: int = 1, mqtt: str = "", system: str = "benchmarks.hub.system:SYSTEM",
                 city: Path | None = None) -> None:  # fmt: skip
        self.data, self.workers, self.mqtt, self.system, self.city = data, workers, mqtt, system, city
        self.port = free_port()
        self.cluster = Cluster(data / "postgresql")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where its database answers."""
        return self.cluster.url()

    def start(self) -> None:
        """Start it and wait until every part of the city has a keeper."""
        command = [sys.executable, "-m", "citywide", "serve", "--data", str(self.data), "--port", str(self.port),
                   "--workers", str(self.workers), "--more-systems", self.system]  # fmt: skip
        if self.mqtt:
            command += ["--mqtt", self.mqtt]
        if self.city:
            command += ["--city", str(self.city)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        with (self.data / "output.log").open("ab") as said:
            self.process = subprocess.Popen(command, env=environment, stdout=said, stderr=said, start_new_session=True)
        self.wait_ready()

    def wait_ready(self, seconds: float = 90) -> None:
        """Wait until it says that it is ready."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server did not become ready")

    def settle(self, seconds: float = 60) -> None:
        """Wait until the workers have done what a start asks for, such as learning the hotline's words."""
        time.sleep(20)
        until, before = time.monotonic() + seconds, self.cpu_seconds()
        while time.monotonic() < until:
            time.sleep(1)
            if self.cpu_seconds() - before < 0.2:
                return
            before = self.cpu_seconds()

    def worker_pids(self) -> list[int]:
        """The processes that serve."""
        assert self.process is not None
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True) if _serves(child)]

    def cpu_seconds(self) -> float:
        """CPU seconds of the workers so far."""
        times = [psutil.Process(pid).cpu_times() for pid in self.worker_pids()]
        return sum(time.user + time.system for time in times)

    def memory_mb(self) -> float:
        """Memory of the workers now."""
        return sum(psutil.Process(pid).memory_info().rss for pid in self.worker_pids()) / 1e6

    def rows(self) -> int:
        """Readings committed so far."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("select coalesce(sum(rows), 0)::bigint from hub.day").fetchone()
        return int(row[0]) if row else 0

    def stop(self) -> None:
        """Stop it and its database."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.cluster.stop("immediate")

    def token(self) -> str:
        """A token for readings and entities."""
        with psycopg.connect(self.url) as connection:
            return new_token(connection, "benchmark", ("readings:write", "readings:read", "entities:write"))

    def add_devices(self, count: int) -> list[str]:
        """Register so many devices in a grid."""
        places = [Point(106.3 + 0.5 * (n % 1000) / 1000, 29.4 + 0.3 * (n // 1000) / 1000) for n in range(count)]
        entities = [Entity(f"bench/{n}", "bench", f"Device {n}", places[n]) for n in range(count)]
        self.register(entities)
        return [entity.id for entity in entities]

    def register(self, entities: Sequence[Entity]) -> None:
        """Make things known."""
        database = Database(self.url)
        with database.transaction() as connection:
            register(connection, entities)
        database.close()


def _serves(process: psutil.Process) -> bool:
    try:
        command = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "resource_tracker" not in command


@contextmanager
def running(workers: int = 1, mqtt: str = "", broker_port: int = 0) -> Iterator[Server]:
    """A server in a folder of its own, with a broker beside it if a port for one is given."""
    with tempfile.TemporaryDirectory(prefix="citywide-bench-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        if broker_port:
            stack.callback(start_broker(Path(folder) / "broker", broker_port).kill)
        server = Server(Path(folder), workers, mqtt)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
