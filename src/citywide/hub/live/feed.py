"""One listener a worker; every subscriber reads on from the entry it saw last, by its own rights."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import structlog
from msgspec import Struct, json
from psycopg import Error

from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.hub.people.who import Who

log = structlog.get_logger()
TOPIC_OF = {"alarm": "alarm", "clear": "alarm", "acknowledged": "alarm", "case": "case"}
AT_ONCE = 500
LATEST_EVERY_S = 0.5


class Event(Struct, frozen=True):
    """One thing that happened: its place in the log (none for latest values), its topic, its data as JSON."""

    topic: str
    data: bytes
    id: int | None = None


class LiveFeed:
    """Wakes subscribers when the log has grown."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._subscribers: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Wake everybody a last time."""
        self._stop.set()
        self._wake()

    async def follow(self, who: Who, topics: frozenset[str], after: int | None) -> AsyncIterator[Event]:
        """What happens from now on, or from the entry after `after` on, as far as this reader may see it."""
        woken = asyncio.Event()
        self._subscribers.add(woken)
        next_index = after + 1 if after is not None else await asyncio.to_thread(self._size)
        latest_since = datetime.now(UTC)
        try:
            while not self._stop.is_set():
                next_index, events = await asyncio.to_thread(self._entries, who, topics, next_index)
                for event in events:
                    yield event
                if "latest" in topics:
                    latest_since, event = await asyncio.to_thread(self._latest, who, latest_since)
                    if event is not None:
                        yield event
                await self._pause(woken, "latest" in topics)
        finally:
            self._subscribers.discard(woken)

    async def _pause(self, woken: asyncio.Event, often: bool) -> None:
        try:
            await asyncio.wait_for(woken.wait(), LATEST_EVERY_S if often else 15)
        except TimeoutError:
            return
        woken.clear()

    def _size(self) -> int:
        return self.database.rows(sql("log_size"))[0]["max"] or 0

    def _entries(self, who: Who, topics: frozenset[str], first: int) -> tuple[int, list[Event]]:
        with self.database.reading_as(who) as connection:
            found = rows(connection, sql("entries_after"), {"after": first, "most": AT_ONCE})
        events = [event for entry in found for event in _events(entry, topics)]
        return (found[-1]["index"] + 1 if found else first), events

    def _latest(self, who: Who, since: datetime) -> tuple[datetime, Event | None]:
        with self.database.reading_as(who) as connection:
            found = rows(connection, sql("latest_since"), {"since": since})
        if not found:
            return since, None
        names = ("entity", "quantity", "value", "time", "lon", "lat")
        columns = {name: [row[name] for row in found] for name in names}
        return max(row["written"] for row in found), Event("latest", json.encode(columns))

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with self.database.dedicated() as connection:
                    connection.execute("listen evidence")
                    while not self._stop.is_set():
                        for _ in connection.notifies(timeout=1.0, stop_after=1):
                            self._wake()
            except Error as error:
                log.warning("listener_cut_off", error=str(error))
                self._stop.wait(1)

    def _wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: [woken.set() for woken in list(self._subscribers)])


def _events(entry: dict[str, Any], topics: frozenset[str]) -> list[Event]:
    """An entry is an `evidence` event, and one of its own topic for those who follow cases or alarms."""
    body = json.decode(entry["body"])
    about = {
        "index": entry["index"],
        "kind": entry["kind"],
        "at": body["at"],
        "says": body["says"],
        **body["facts"],
    }
    topic = TOPIC_OF.get(entry["kind"])
    wanted = [name for name in (topic, "evidence") if name in topics]
    return [Event(name, json.encode(about), entry["index"]) for name in wanted if name]
