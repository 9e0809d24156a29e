"""Over a real socket: a file is replayed by the command, and a live stream that was cut resumes by its last id."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from pyarrow import parquet

from citywide import cli
from citywide.app import build
from citywide.hub import Entity, Point
from citywide.hub.database.cluster import Cluster
from citywide.hub.entities.registry import register
from citywide.hub.people.devices import new_token
from citywide.hub.people.staff import add_staff
from citywide.hub.people.who import Who
from citywide.hub.settings import Settings
from citywide.hub.testing import fresh_database

PASSWORD = "correct horse battery"
COUNT = 2_345


class Served:
    """A hub behind the server that serves cities, in a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self.port = door.getsockname()[1]
        self.app = build(settings)
        self.hub = self.app.state.hub
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.thread.start()
        until = time.monotonic() + 60
        while not self._ready():
            assert time.monotonic() < until, "the server never answered"
            time.sleep(0.1)

    async def _serve(self) -> None:
        self.server = Server(self.app, port=self.port, interface=Interfaces.ASGI, log_level=LogLevels.warning)
        await self.server.serve()

    def _ready(self) -> bool:
        try:
            return self.ask("GET", "/ready")[0] == 200
        except OSError:
            return False

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"content-type": "application/json", **headers}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        found = answer.status, answer.headers, answer.read()
        connection.close()
        return found

    def close(self) -> None:
        self.hub.live.stop()
        self.server.stop()
        self.thread.join(30)


@pytest.fixture(scope="module")
def served(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    settings = Settings(data=tmp_path_factory.mktemp("wire"), database_url=fresh_database(cluster, "wire"))
    served = Served(settings)
    with served.hub.database.transaction() as connection:
        register(connection, [Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage")])
        add_staff(connection, Who("wen", ("officer",), ("drainage",)), PASSWORD)
        served.token = new_token(connection, "gateway", ("readings:write", "readings:read"))
    yield served
    served.close()


def a_file(folder: Path) -> Path:
    """A day of readings in millimetres; one is of nobody, one is no number, and one comes twice."""
    now = datetime.now(UTC) - timedelta(hours=12)
    times = [(now + timedelta(seconds=10 * n)).isoformat() for n in range(COUNT)]
    entity, value = ["gauge/elm"] * COUNT, [float(n % 90) for n in range(COUNT)]
    entity[1500], value[1700], times[2000] = "gauge/nobody", float("nan"), times[1999]
    columns = {
        "entity": entity,
        "quantity": ["water_depth"] * COUNT,
        "time": times,
        "value": value,
        "unit": ["mm"] * COUNT,
    }
    columns["time"] = pa.array([datetime.fromisoformat(each) for each in times])
    parquet.write_table(pa.table(columns), folder / "day.parquet")
    return folder / "day.parquet"


def replay(*arguments: str) -> int:
    """What the command ends with."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["replay", *arguments])
    return int(ended.value.code or 0)


def test_a_file_is_replayed_by_the_command_and_again_without_harm(served: Served, tmp_path, capsys) -> None:
    file, address = a_file(tmp_path), f"http://127.0.0.1:{served.port}"
    for _ in range(2):
        assert replay(str(file), "--url", address, "--token", served.token) == 1
        said = capsys.readouterr()
        assert f"{COUNT} of {COUNT} sent, 2 refused" in said.err
        assert "refused: row 1501.entity: unknown entity 'gauge/nobody'" in said.out
        assert "refused: row 1701.value: nan is not a number" in said.out
        status, _, body = served.ask("GET", "/v1/count", authorization=f"Bearer {served.token}")
        assert (status, json.loads(body)) == (200, {"readings": COUNT - 3})
    kept = served.hub.database.rows("select max(value) as highest from hub.reading")
    assert kept[0]["highest"] == pytest.approx(8.9)  # centimetres


def test_a_token_that_is_none_is_told_so(served: Served, tmp_path, capsys) -> None:
    address = f"http://127.0.0.1:{served.port}"
    assert replay(str(a_file(tmp_path)), "--url", address, "--token", "cw_guess") == 2
    assert "the hub says 401" in capsys.readouterr().err


def stream(served: Served, cookie: str, most: int, last: str = "") -> list[dict[str, str]]:
    """Read so many events off the socket and hang up without a word."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    headers = {"cookie": cookie} | ({"last-event-id": last} if last else {})
    connection.request("GET", "/v1/live?topics=alarm,evidence", headers=headers)
    answer, events, fields = connection.getresponse(), [], {}
    while len(events) < most:
        line = answer.readline().decode().strip()
        if line:
            name, _, text = line.partition(": ")
            fields[name] = text
        else:
            events += [fields] if "event" in fields else []
            fields = {}
    connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    return events


def test_a_stream_that_is_cut_anywhere_resumes_by_its_last_id(served: Served) -> None:
    _, headers, _ = served.ask("POST", "/v1/session", {"name": "wen", "password": PASSWORD})
    cookie = headers["set-cookie"].partition(";")[0]
    for depth in (30, 1, 30, 1):
        batch = {"readings": [{"entity": "gauge/elm", "quantity": "water_depth", "value": depth}]}
        assert served.ask("POST", "/v1/readings", batch, authorization=f"Bearer {served.token}")[0] == 200
        time.sleep(0.01)
    whole = stream(served, cookie, 6, "-1")
    pieces, last = [], "-1"
    for size in (1, 2, 1, 2):
        pieces += stream(served, cookie, size, last)
        last = pieces[-1]["id"]
    assert pieces == whole
    assert len({(event["id"], event["event"]) for event in whole}) == 6


@pytest.mark.parametrize("last", ["²", "9" * 40, "x", "1.1.999999999999999999"])
def test_an_id_that_never_was_breaks_nothing(served: Served, last: str) -> None:
    _, headers, _ = served.ask("POST", "/v1/session", {"name": "wen", "password": PASSWORD})
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    asked = {"cookie": headers["set-cookie"].partition(";")[0], "last-event-id": last.encode()}
    connection.request("GET", "/v1/live?topics=latest", headers=asked)
    answer = connection.getresponse()
    assert (answer.status, answer.readline()) == (200, b"retry: 1000\n")
    connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
