"""The real hub as its users meet it: a server process, its own database, devices that speak over HTTP."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from citywide.hub.database.cluster import Cluster
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
STAFF = (
    Who("wen", ("officer",), ("drainage",)),
    Who("mayor", ("officer", "manager"), (), everywhere=True),
)
CITY = """
zone = "Asia/Shanghai"
centre = [106.55, 29.56]
zoom = 12.5
bounds = [106.48, 29.52, 106.62, 29.60]
name = {en = "Rivergate", zh = "江门坝"}
"""
THINGS = [
    ("gauge/elm-street", "gauge", "榆树街下穿道 Elm Street", 106.55, 29.56, {}),
    ("gauge/mill-road", "gauge", "磨坊路下穿道 Mill Road", 106.57, 29.57, {}),
    ("gauge/old-quay", "gauge", "老码头 Old Quay", 106.53, 29.55, {}),
    ("drainage_crew/north", "drainage_crew", "北区抢险队 North", 106.56, 29.57, {"pump_m3_per_h": 300}),
    ("drainage_crew/south", "drainage_crew", "南区抢险队 South", 106.54, 29.54, {"pump_m3_per_h": 200}),
]


class RealHub:
    """One hub in a folder of its own, at one address, that can be stopped and started again."""

    def __init__(self, port: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="citywide-acceptance-"))
        self.folder.chmod(0o755)
        self.address, self.port = f"http://127.0.0.1:{port}", port
        self.cluster = Cluster(self.folder / "data" / "postgresql")
        self.token = ""
        self._make_city()

    def start(self) -> None:
        """Serve, as `python -m citywide serve` does, and wait until every part of the city has a keeper."""
        command = [sys.executable, "-m", "citywide", "serve", "--data", str(self.folder / "data")]
        command += ["--city", str(self.folder / "city"), "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as said:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, env={**os.environ})
        until = time.monotonic() + 60
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the hub did not start: {self.said()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask it to stop, and insist after a while."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=25)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self) -> None:
        """Leave nothing behind."""
        self.stop()
        self.cluster.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        """What the server wrote."""
        return (self.folder / "server.log").read_text()[-4000:]

    def settle(self) -> None:
        """Give the city its staff, a gateway with a token, and its gauges and crews, all dry and free."""
        with psycopg.connect(self.cluster.url()) as connection:
            for who in STAFF:
                add_staff(connection, who, PASSWORD)
            self.token = new_token(connection, "gateway", ("readings:write", "entities:write"))
        self.post("/v1/entities", [
            {"id": id_, "kind": kind, "name": name, "lon": lon, "lat": lat, "department": "drainage", "facts": facts}
            for id_, kind, name, lon, lat, facts in THINGS
        ])  # fmt: skip
        for gauge in [id_ for id_, kind, *_ in THINGS if kind == "gauge"]:
            self.water(gauge, *[20 + minute % 3 for minute in range(24)], ago=3)

    def water(self, gauge: str, *depths_mm: float, ago: float = 0) -> None:
        """Depths one minute apart, the last of them now or minutes `ago`, in millimetres as the gauge sends them."""
        now = datetime.now(UTC) - timedelta(minutes=ago)
        times = [(now - timedelta(minutes=minute)).isoformat() for minute in reversed(range(len(depths_mm)))]
        batch = {"entity": gauge, "quantity": "water_depth", "unit": "mm", "time": times, "value": list(depths_mm)}
        self.post("/v1/readings", batch)

    def post(self, path: str, body: object) -> dict:
        """Speak as the gateway does."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _make_city(self) -> None:
        (self.folder / "city").mkdir()
        (self.folder / "city" / "city.toml").write_text(CITY)
