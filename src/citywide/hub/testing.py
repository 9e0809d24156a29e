"""A real hub on a real database for tests: time stands still until the test moves it."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql as composed

from citywide.hub.database.cluster import FORGETFUL, Cluster
from citywide.hub.database.migrate import hub_migrations, migrate, system_migrations
from citywide.hub.entities.registry import register
from citywide.hub.evidence.log import Log
from citywide.hub.ingest.batch import Receipt, columns_of
from citywide.hub.running import Hub
from citywide.hub.settings import Settings
from citywide.hub.vocabulary.system import System
from citywide.hub.vocabulary.things import Entity, Reading
from citywide.kit.clock import ManualClock

Result = TypeVar("Result")
MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Chongqing, a Monday
TEMPLATE = "citywide_template"


def trial_cluster(folder: Path, systems: Sequence[System]) -> Cluster:
    """A cluster that forgets on a power cut, with a migrated database to copy from."""
    cluster = Cluster(folder)
    cluster.create(FORGETFUL)
    cluster.start()
    cluster.make_database(TEMPLATE)
    with psycopg.connect(cluster.url(TEMPLATE)) as connection:
        steps = [step for system in systems for step in system_migrations(system.name, system.folder)]
        migrate(connection, [*hub_migrations(), *steps])
    return cluster


def fresh_database(cluster: Cluster, name: str) -> str:
    """The address of a new copy of the migrated database."""
    with psycopg.connect(cluster.masters_url(), autocommit=True) as connection:
        gone = composed.SQL("drop database if exists {} with (force)").format(composed.Identifier(name))
        connection.execute(gone)
    cluster.make_database(name, TEMPLATE)
    return cluster.url(name)


class TrialCity:
    """A city of one worker, driven step by step; everything else is the real thing."""

    def __init__(self, settings: Settings, systems: Sequence[System]) -> None:
        self.clock = ManualClock(hands=[MORNING])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.hub = Hub(settings, systems, self.clock)
        self.wait(self.hub.report_for_duty())
        self.log = Log(self.hub.keys)
        with self.hub.database.transaction() as connection:
            self.log.load(connection)

    def wait(self, work: "Coroutine[Any, Any, Result]") -> Result:
        """Run something of the hub's event loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def close(self) -> None:
        """Go off duty."""
        self.wait(self.hub.stop())
        self._end_loop()

    def abandon(self) -> None:
        """Die without a word: nothing is written down, nobody is told."""
        self.hub.live.stop()
        self.wait(self._end_abruptly())
        self._end_loop()

    async def _end_abruptly(self) -> None:
        await asyncio.to_thread(self.hub.kill)
        self.hub.members.hang_up()

    def _end_loop(self) -> None:
        self.wait(_cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def add(self, *entities: Entity) -> None:
        """Register things."""
        with self.hub.database.transaction() as connection:
            register(connection, entities)

    def at(self, clock_time: str) -> None:
        """Move the hands to a time of this day, as people in the city read it, and let the duties be done."""
        hours, minutes = map(int, clock_time.split(":"))
        self.clock.set(MORNING - timedelta(hours=8) + timedelta(hours=hours, minutes=minutes))
        self.settle()

    def send(self, *readings: Reading) -> Receipt:
        """Send readings through the one way in; everything they call for is done when this returns."""
        receipt = self.wait(self.hub.reception.receive(columns_of(readings)))
        self.settle()
        return receipt

    def settle(self) -> None:
        """Let the duties be done: flush, tick, ladder, responses, evidence."""
        self.hub.round()
        self.hub.responder.answer_all()
        self.hub.round()
        with self.hub.database.dedicated() as connection:
            self.log.take_pending(connection)

    def story(self) -> str:
        """The evidence log, as a duty officer would read it aloud."""
        entries = self.hub.database.rows("select kind, at, body from evidence.entry order by at, index")
        return "\n".join(_line(entry) for entry in entries)


async def _cancel_all() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await asyncio.sleep(0)  # what they have closed is closed at the loop's next turn


def _line(entry: dict[str, Any]) -> str:
    import json  # noqa: PLC0415 - only stories need it

    here = entry["at"].astimezone(UTC) + timedelta(hours=8)
    return f"{here:%H:%M} {entry['kind']:<7}{json.loads(entry['body'])['says']['en']}"
