"""A real mosquitto between independent clients (aiomqtt) and the hub: both protocols, every quality of service."""

import asyncio
import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import aiomqtt
import psycopg
import pytest
from aiomqtt import ProtocolVersion
from structlog.testing import capture_logs

from citywide.doors.mqtt.broker import find_mosquitto, start_broker
from citywide.doors.mqtt.packets import SUBACK, Answer
from citywide.doors.mqtt.reader import MqttReader
from citywide.hub import Entity, Point
from citywide.hub.testing import MORNING, TrialCity
from tests.certificates import self_signed

pytestmark = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
TOPIC = "city/gauge/elm/readings"
GAUGE = Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage")


def depth(minute: int, value: float = 3.0) -> bytes:
    return json.dumps({"values": {"water_depth": value}, "time": str(MORNING + timedelta(minutes=minute))}).encode()


class Street:
    """A city whose devices speak through a broker."""

    def __init__(self, city: TrialCity, port: int, folder, more: str = "", address: str = "") -> None:
        self.city, self.port, self.folder = city, port, folder
        self.address = address or f"mqtt://127.0.0.1:{port}"
        self.broker: subprocess.Popen[bytes] = start_broker(folder, port, more)
        city.add(GAUGE)
        city.clock.set(MORNING + timedelta(hours=1))
        self.listen()

    def listen(self) -> None:
        self.reader = MqttReader(self.city.hub, self.address)
        self.reading = asyncio.run_coroutine_threadsafe(self.reader.run(), self.city._loop)

    def deafen(self) -> None:
        self.reading.cancel()
        with contextlib.suppress(Exception):
            self.reading.result(timeout=10)

    def close(self) -> None:
        self.deafen()
        self.broker.kill()
        self.broker.wait()

    def minutes(self) -> list[float]:
        """When the gauge's kept readings were taken."""
        found = self.city.hub.database.rows("select time from hub.reading order by time")
        return [(row["time"] - MORNING).total_seconds() / 60 for row in found]

    def aside(self) -> list[str]:
        return [row["why"] for row in self.city.hub.database.rows("select why from hub.refused order by id")]

    def publish(self, *messages: tuple[str, bytes], version=ProtocolVersion.V5, qos: int = 1, **how) -> None:
        async def send() -> None:
            async with aiomqtt.Client("127.0.0.1", self.port, protocol=version) as device:
                for topic, payload in messages:
                    await device.publish(topic, payload, qos=qos, **how)

        asyncio.run(send())


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@pytest.fixture
def street(city: TrialCity, tmp_path) -> Iterator[Street]:
    street = Street(city, free_port(), tmp_path / "broker")
    street.publish((TOPIC, depth(0)), retain=True)  # kept by the broker: it comes however late the hub listens
    until(lambda: street.minutes() == [0])
    yield street
    street.close()


def test_both_protocols_and_every_quality_of_service_arrive(street: Street) -> None:
    ways = [(version, qos) for version in (ProtocolVersion.V311, ProtocolVersion.V5) for qos in (0, 1, 2)]
    for minute, (version, qos) in enumerate(ways, 1):
        street.publish((TOPIC, depth(minute)), version=version, qos=qos)
    until(lambda: street.minutes() == list(range(7)))
    assert street.aside() == []


def test_what_cannot_be_read_is_set_aside_and_its_neighbours_are_taken(street: Street) -> None:
    bad = [
        (TOPIC, b"{not json"),
        (TOPIC, b"\x00\xff\x00"),
        (TOPIC, b""),
        (TOPIC, b"[" * 50_000),
        (TOPIC, b'{"values": {"water_depth": "wet"}}'),
        ("city/gauge/nobody/readings", depth(1)),
        (TOPIC, b'{"values": {"wetness": 1}}'),
        (TOPIC, b'{"values": {"water_depth": 1}, "time": ' + b"9" * 40 + b"}"),
        (TOPIC, b'{"values": {"water_depth": 1}, "time": "0001-01-01T00:00:00+14:00"}'),
        ("city/gauge/elm\u202e/readings", depth(1)),
    ]
    street.publish(
        *[each for pair in zip(bad, [(TOPIC, depth(n)) for n in range(1, 11)], strict=True) for each in pair]
    )
    until(lambda: street.minutes() == list(range(11)))
    until(lambda: len(street.aside()) == len(bad))
    assert not street.reading.done()


def test_a_device_is_told_what_of_its_own_was_refused_and_why(street: Street) -> None:
    async def talk() -> dict[str, object]:
        async with aiomqtt.Client("127.0.0.1", street.port, protocol=ProtocolVersion.V5) as device:
            await device.subscribe("city/+/+/refused", qos=1)
            await device.publish(TOPIC, depth(1, 1e9), qos=2)
            told = await asyncio.wait_for(anext(aiter(device.messages)), 20)
            return {"topic": str(told.topic), **json.loads(told.payload)}

    told = asyncio.run(talk())
    assert told["topic"] == "city/gauge/elm/refused"
    assert told["item"]["value"] == "1000000000.0"
    assert "accepted" in told["why"]
    assert street.aside() == [told["why"]]
    assert street.minutes() == [0]


def test_topics_that_the_broker_keeps_from_the_hub_are_named() -> None:
    reader = SimpleNamespace(topics=["city/+/+/readings", "signals/#"])
    with capture_logs() as shown:
        assert list(MqttReader._messages(reader, [Answer(SUBACK, b"\0\1\1\x80")])) == []
    assert [one["topics"] for one in shown] == [["signals/#"]]


def test_a_large_message_is_taken_whole(street: Street) -> None:
    padded = depth(1)[:-1] + b', "padding": "' + b"x" * 3_000_000 + b'"}'
    street.publish((TOPIC, padded), (TOPIC, depth(2)))
    until(lambda: street.minutes() == [0, 1, 2])


def test_what_is_published_while_the_hub_is_away_is_there_when_it_returns(street: Street) -> None:
    street.deafen()
    street.publish(*[(TOPIC, depth(minute)) for minute in range(1, 41)])
    street.listen()
    until(lambda: street.minutes() == list(range(41)))


def test_a_retained_message_counts_once_and_one_without_a_time_is_never_of_now(street: Street) -> None:
    street.publish(("city/gauge/oak/readings", b'{"values": {"water_depth": 4}}'), retain=True)
    until(lambda: len(street.aside()) == 1)  # nobody has registered the oak
    street.deafen()
    street.city.add(Entity("gauge/oak", "gauge", "Oak Street", None, "drainage"))
    street.listen()
    until(lambda: len(street.aside()) == 2)
    assert "retained" in street.aside()[1]
    assert street.minutes() == [0]


def test_the_last_will_of_a_device_says_at_once_that_it_is_silent_and_its_next_word_that_it_is_back(street) -> None:
    async def die() -> None:
        will = aiomqtt.Will(TOPIC, b'{"values": {"gone": 1}}', qos=1)
        device = aiomqtt.Client("127.0.0.1", street.port, protocol=ProtocolVersion.V311, will=will)
        with contextlib.suppress(aiomqtt.MqttError):
            async with device:
                device._client.socket().shutdown(socket.SHUT_RDWR)  # as a cable is cut
                await asyncio.sleep(0.2)

    asyncio.run(die())
    standing = "select 1 from hub.alarm where rule = 'gauge_silent' and raised = %s and cleared is null"
    until(lambda: bool(street.city.hub.database.rows(standing, (street.city.clock.now(),))))
    street.publish((TOPIC, depth(61)))
    until(lambda: not street.city.hub.database.rows(standing, (street.city.clock.now(),)))


def test_a_broker_that_comes_back_is_found_again(street: Street) -> None:
    street.broker.kill()
    street.broker.wait()
    street.broker = start_broker(street.folder, street.port)
    minutes = iter(range(1, 60))

    def heard() -> bool:
        street.publish((TOPIC, depth(next(minutes))))  # what is said before the hub is back is the broker's to lose
        return len(street.minutes()) > 1

    until(heard)


def test_a_lost_database_connection_does_not_end_the_listening(street: Street) -> None:
    ends = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = 'trial'"
    with contextlib.suppress(Exception):
        street.city.hub.database.rows(ends)
    with contextlib.suppress(psycopg.Error):
        street.city.hub.beat()  # it finds its connection dead, and takes a new one at the next beat
    street.city.hub.beat()
    street.publish((TOPIC, depth(1)))
    until(lambda: 1 in street.minutes())
    assert not street.reading.done()


def test_two_readers_never_wrestle_for_the_session(street: Street) -> None:
    second = MqttReader(street.city.hub, f"mqtt://127.0.0.1:{street.port}")
    waiting = asyncio.run_coroutine_threadsafe(second.run(), street.city._loop)
    street.publish((TOPIC, depth(1)))
    until(lambda: 1 in street.minutes())
    assert second.received == 0
    street.deafen()
    street.publish((TOPIC, depth(2)))
    until(lambda: 2 in street.minutes())
    assert second.received >= 1
    waiting.cancel()


def test_over_tls_a_trusted_broker_is_heard_and_a_stranger_is_not(city: TrialCity, tmp_path, monkeypatch) -> None:
    certificate, key = self_signed(tmp_path)
    for path in (*tmp_path.parents[:3], tmp_path, key):
        path.chmod(path.stat().st_mode | 0o055)
    safe = free_port()
    more = f"listener {safe} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n"
    street = Street(city, free_port(), tmp_path / "broker", more, f"mqtts://localhost:{safe}")
    try:
        street.publish((TOPIC, depth(0)), retain=True)
        time.sleep(1.5)
        assert street.minutes() == []
        street.deafen()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        street.listen()
        until(lambda: street.minutes() == [0])
    finally:
        street.close()
