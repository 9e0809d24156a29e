"""Senders that never give up, and a subscriber that resumes: what each was told is kept for the reckoning."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

STEP = timedelta(milliseconds=20)
FLOOD_EVERY = 25


class Sender(threading.Thread):
    """Sends one device batch after another; a batch without an answer is sent again as it was."""

    def __init__(self, url: str, token: str, devices: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.devices = url, token, devices
        self.began = datetime.now(UTC) - timedelta(hours=1)
        self.acknowledged = self.floods = self.retries = 0
        self.slowest = 0.0
        self.stop = threading.Event()

    def run(self) -> None:
        """Send until told to stop; what is under way is finished."""
        number = 0
        while not self.stop.is_set():
            self._deliver(self._batch(number))
            self.acknowledged += 2 * len(self.devices)
            self.floods += len(self.devices) * (number % FLOOD_EVERY == 0)
            number += 1

    def _batch(self, number: int) -> bytes:
        """Two readings of each device; now and then a flood that is over at the second."""
        at = self.began + 2 * number * STEP
        high = 2000.0 if number % FLOOD_EVERY == 0 else 10.0 + number % 7
        count = len(self.devices)
        return json.dumps({
            "entity": [*self.devices, *self.devices], "quantity": "bench_level",
            "time": [at.isoformat()] * count + [(at + STEP).isoformat()] * count,
            "value": [high] * count + [20.0] * count,
        }).encode()  # fmt: skip

    def _deliver(self, body: bytes) -> None:
        began = time.monotonic()
        while not self._accepted(body):
            self.retries += 1
            time.sleep(0.05)
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _accepted(self, body: bytes) -> bool:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/v1/readings", body, headers)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own server
                return json.loads(answer.read())["refused_count"] == 0
        except (OSError, ValueError, urllib.error.HTTPError):
            return False
        except Exception:  # noqa: BLE001 - a connection cut within an answer: no acknowledgement
            return False


class Subscriber(threading.Thread):
    """Follows the evidence over server-sent events and resumes after each cut."""

    def __init__(self, url: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self.url, self.cookie = url, cookie
        self.seen: list[int] = []
        self.cuts = 0
        self.stop = threading.Event()

    def run(self) -> None:
        """Follow until told to stop."""
        while not self.stop.is_set():
            with contextlib.suppress(Exception):
                self._follow()
            self.cuts += 1
            time.sleep(0.1)

    def _follow(self) -> None:
        last = str(self.seen[-1]) if self.seen else "-1"
        headers = {"Cookie": self.cookie, "Last-Event-ID": last}
        request = urllib.request.Request(f"{self.url}/v1/live?topics=evidence", headers=headers)  # noqa: S310 - our own server
        number = None
        with urllib.request.urlopen(request, timeout=5) as stream:  # noqa: S310 - our own server
            for line in stream:
                if line.startswith(b"id: "):
                    number = int(line[4:])
                elif line == b"\n" and number is not None:  # an event counts when it is whole
                    self.seen.append(number)
                    number = None
                if self.stop.is_set():
                    return
