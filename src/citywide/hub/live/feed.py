"""One listener a worker; every subscriber reads on from the entry it saw last, by its own rights."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import structlog
from msgspec import Struct, json, structs
from psycopg import Error

from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.hub.live.bulletin import EVERY_S, Bulletins, Reader
from citywide.hub.live.position import Position
from citywide.hub.people.who import Who
from citywide.kit.together import Together

log = structlog.get_logger()
TOPIC_OF = {"alarm": "alarm", "clear": "alarm", "acknowledged": "alarm", "case": "case", "notice": "message"}
AT_ONCE = 500
RIGHTS_HOLD_S = 2.0  # then a subscriber's rights are looked up anew
WhoNow = Callable[[], Who | None]


class Event(Struct, frozen=True):
    """One thing that happened: its topic, its data as JSON, and how far its reader has read with it."""

    topic: str
    data: bytes
    at: Position


class LiveFeed:
    """Wakes subscribers when the log has grown."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._subscribers: set[asyncio.Event] = set()
        self._bulletins, self._looks, self._grown = Bulletins(database), Together(), 0
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

    async def follow(self, reader: WhoNow, topics: frozenset[str], after: Position | None) -> AsyncIterator[Event]:
        """What happens from now on, or from a position on, as far as this reader may see it, and as long as it may."""
        rights = Rights(reader)
        newest = await asyncio.to_thread(self._size) - 1
        at = after if after is not None and after.entry <= newest else Position(newest)
        news = Reader(self._bulletins, at.latest) if "latest" in topics else None
        woken = asyncio.Event()
        self._subscribers.add(woken)
        try:
            while not self._stop.is_set() and (who := await asyncio.to_thread(rights.now)) is not None:
                next_index, events, more = await self._looked_up(who, topics, at.entry + 1)
                for event in events[at.part :]:
                    yield event if news is None else _dated(event, news)
                if events or next_index > at.entry + 1:
                    at = Position(next_index - 1)
                for told in await news.look(who) if news is not None else ():
                    yield Event("latest", told, Position(at.entry, at.part, news and news.since))
                if not more:
                    await self._pause(woken, news is not None)
        finally:
            self._subscribers.discard(woken)

    async def _pause(self, woken: asyncio.Event, often: bool) -> None:
        try:
            await asyncio.wait_for(woken.wait(), EVERY_S if often else 15)
        except TimeoutError:
            return
        woken.clear()

    def _size(self) -> int:
        return self.database.rows(sql("log_size"))[0]["max"] or 0

    async def _looked_up(self, who: Who, topics: frozenset[str], first: int) -> tuple[int, list[Event], bool]:
        """What comes next for this reader; those who may see the same and have read as far look together."""
        of = (who.departments, who.everywhere, topics, first, self._grown)
        return await self._looks.ask(of, lambda: self._entries(who, topics, first))

    def _entries(self, who: Who, topics: frozenset[str], first: int) -> tuple[int, list[Event], bool]:
        with self.database.reading_as(who) as connection:
            found = rows(connection, sql("entries_after"), {"after": first, "most": AT_ONCE})
        events: list[Event] = []
        before = first - 1
        for entry in found:
            told = _events(entry, topics, before)
            events += told
            before = entry["index"] if told else before
        return (found[-1]["index"] + 1 if found else first), events, len(found) == AT_ONCE

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with self.database.dedicated() as connection:
                    connection.execute("listen evidence")
                    while not self._stop.is_set():
                        for _ in connection.notifies(timeout=1.0, stop_after=1):
                            self._wake()
            except Error as error:
                if not self._stop.wait(1):
                    log.warning("listener_cut_off", error=str(error))

    def _wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_all)

    def _wake_all(self) -> None:
        self._grown += 1
        for woken in list(self._subscribers):
            woken.set()


class Rights:
    """Who a subscriber is by now: whoever signs out, is removed or has rights taken back hears no more."""

    def __init__(self, reader: WhoNow) -> None:
        self._reader, self._looked, self._who = reader, float("-inf"), None

    def now(self) -> Who | None:
        """The reader with the rights of this moment; None once the session has ended."""
        if time.monotonic() - self._looked > RIGHTS_HOLD_S:
            self._who, self._looked = self._reader(), time.monotonic()
        return self._who


def _events(entry: dict[str, Any], topics: frozenset[str], before: int) -> list[Event]:
    """An entry is an `evidence` event, and one of its own topic for those who follow cases or alarms."""
    body = json.decode(entry["body"])
    about = {
        "index": entry["index"],
        "kind": entry["kind"],
        "at": body["at"],
        "says": body["says"],
        **body["facts"],
    }
    wanted = [name for name in (TOPIC_OF.get(entry["kind"]), "evidence") if name is not None and name in topics]
    places = [*(Position(before, part) for part in range(1, len(wanted))), Position(entry["index"])]
    return [Event(name, json.encode(about), place) for name, place in zip(wanted, places, strict=False)]


def _dated(event: Event, news: Reader) -> Event:
    return structs.replace(event, at=structs.replace(event.at, latest=news.since))
