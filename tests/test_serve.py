"""A hub as a city runs it: `citywide serve` with TLS, behind a proxy, beside other commands on the same folder."""

import json
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPMessage
from pathlib import Path
from socket import socket
from typing import NamedTuple

import psutil
import pytest

from citywide.commands.serve import LIVED_S
from citywide.hub.database.cluster import Cluster
from tests.certificates import self_signed

CITYWIDE = (sys.executable, "-m", "citywide")


class Served(NamedTuple):
    """A running hub: its folder, its address, the certificate that it shows and its key."""

    data: Path
    port: int
    certificate: Path
    key: Path

    def asked(
        self, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, HTTPMessage, bytes]:
        """A request over TLS: status, headers, body."""
        known = ssl.create_default_context(cafile=str(self.certificate))
        text = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", text, sent)
        try:
            with urllib.request.urlopen(request, context=known, timeout=20) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served")
    for folder in (data, *data.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    certificate, key = self_signed(data)
    with socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    hub = Served(data, port, certificate, key)
    with begun(hub) as process:
        wait_until(lambda: answers(hub))
        yield hub
        process.terminate()


def begun(hub: Served) -> subprocess.Popen[bytes]:
    """`citywide serve` on the hub's folder."""
    options = ["--data", hub.data, "--port", hub.port, "--certificate", hub.certificate, "--certificate-key", hub.key]
    command = [*CITYWIDE, "serve", *map(str, options), "--behind", "127.0.0.1"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def answers(hub: Served) -> bool:
    """Whether somebody is ready at its address."""
    try:
        return hub.asked("/ready")[0] == 200
    except OSError:
        return False


def wait_until(good: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for what must come to be."""
    until = time.monotonic() + seconds
    while not good():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.2)


def staff(hub: Served, name: str, password: str) -> int:
    """`citywide staff`, with the password piped in."""
    command = [*CITYWIDE, "staff", name, "--role", "officer", "--department", "drainage", "--data", str(hub.data)]
    return subprocess.run(command, input=f"{password}\n", text=True, check=False, timeout=60).returncode


def test_a_command_beside_a_running_hub_leaves_its_database_running(served: Served) -> None:
    cluster = Cluster(served.data / "postgresql")
    before = cluster.postmaster()
    made = subprocess.run([*CITYWIDE, "token", "gateway", "--data", str(served.data)],
                          check=True, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert made.stdout.startswith("cw_")
    assert cluster.postmaster() == before
    assert cluster.running()


def test_nobody_else_of_the_machine_reaches_the_databases_socket(served: Served) -> None:
    assert Cluster(served.data / "postgresql").sockets.stat().st_mode & 0o777 == 0o700


def test_over_tls_the_session_cookie_is_secure(served: Served) -> None:
    assert staff(served, "wen", "a long password") == 0
    status, headers, _ = served.asked("/v1/session", {"name": "wen", "password": "a long password"})
    assert status == 200
    assert "secure" in headers["Set-Cookie"].lower()


def guess_at(name: str) -> dict[str, str]:
    """A wrong word for a name of its own: a name that is tried too often is locked for all strangers."""
    return {"name": name, "password": "guessed"}


def test_failures_count_for_the_caller_whom_the_proxy_names_not_for_the_proxy(served: Served) -> None:
    guesser, other = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
    tries = [served.asked("/v1/session", guess_at(f"guessed-{n}"), guesser)[0] for n in range(31)]
    assert (tries[0], tries[-1]) == (401, 429)
    assert served.asked("/v1/session", guess_at("another"), other)[0] == 401


def test_a_household_with_many_addresses_counts_once(served: Served) -> None:
    homes = [(f"home-{n}", {"X-Forwarded-For": f"2001:db8:1:2::{n:x}"}) for n in range(31)]
    assert [served.asked("/v1/session", guess_at(name), home)[0] for name, home in homes][-1] == 429
    assert served.asked("/v1/session", guess_at("next-door"), {"X-Forwarded-For": "2001:db8:1:3::1"})[0] == 401


def test_a_short_password_is_refused_in_a_sentence(served: Served) -> None:
    command = [*CITYWIDE, "staff", "lin", "--role", "officer", "--data", str(served.data)]
    told = subprocess.run(command, input="short\n", text=True, check=False, timeout=60, capture_output=True)
    assert told.returncode == 1
    assert told.stderr == "the password has 5 characters; at least 8 are needed\n"


def test_a_worker_that_is_killed_again_as_soon_as_it_was_replaced_ends_no_hub(served: Served) -> None:
    (parent,) = (each for each in children_of(psutil.Process()) if str(served.data) in each.cmdline())
    wait_until(lambda: time.time() - parent.create_time() > 2 * LIVED_S)
    for _ in range(2):
        wait_until(lambda: bool(workers_of(parent)))
        for worker in workers_of(parent):
            worker.kill()
            worker.wait(20)
    wait_until(lambda: answers(served))
    assert parent.is_running()


def workers_of(parent: psutil.Process) -> list[psutil.Process]:
    """Its processes that serve."""
    return [each for each in children_of(parent) if each.cmdline()[:4] == parent.cmdline()[:4]]


def children_of(parent: psutil.Process) -> list[psutil.Process]:
    """Those that live: whose end nobody has asked for yet tells nothing."""
    return [each for each in parent.children() if each.status() != psutil.STATUS_ZOMBIE]


def test_a_hub_whose_parent_was_killed_leaves_no_worker_and_begins_again(served: Served) -> None:
    parent = next(each for each in psutil.process_iter(["cmdline"]) if str(served.data) in (each.info["cmdline"] or ()))
    parent.kill()
    wait_until(lambda: not answers(served))
    with begun(served) as again:
        wait_until(lambda: answers(served))
        again.terminate()


def test_a_token_for_a_folder_without_a_city_makes_no_city_there(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    told = subprocess.run([*CITYWIDE, "token", "gateway", "--data", str(missing)],
                          check=False, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert told.returncode == 2
    assert told.stderr == f"there is no city in {missing}: name its folder with --data\n"
    assert not missing.exists()
