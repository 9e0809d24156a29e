"""One worker of the hub, running: its parts of the city, its threads, and what the doors may ask of it."""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import timedelta
from secrets import token_hex
from socket import gethostname

import numpy as np
import structlog
from numpy.typing import NDArray

from citywide.hub.alarms.answer import Responder
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.catalogue.sets import judge
from citywide.hub.clock import follow, read_clock
from citywide.hub.database.pool import Database
from citywide.hub.dispatch.roads import Travel, load_roads
from citywide.hub.duties.chronicle import Chronicler
from citywide.hub.duties.flush import Collected, Flusher, write
from citywide.hub.duties.jobs import Jobs
from citywide.hub.duties.ladder import Ladder
from citywide.hub.entities.registry import Registry
from citywide.hub.evidence.log import Log
from citywide.hub.ingest.batch import Receipt, Rows, columns_of
from citywide.hub.ingest.checks import ranges
from citywide.hub.ingest.committer import Committer
from citywide.hub.ingest.receive import Reception
from citywide.hub.ingest.writer import Writer
from citywide.hub.live.feed import LiveFeed
from citywide.hub.people.devices import Tokens
from citywide.hub.readings.archive import archive_before
from citywide.hub.readings.history import summarise
from citywide.hub.secrets import evidence_keys, peer_secret
from citywide.hub.settings import Settings
from citywide.hub.system import System
from citywide.hub.things import Reading
from citywide.hub.words import Words, gather
from citywide.hub.workers import leases
from citywide.hub.workers.peers import Peer, PeerError, serve
from citywide.kit.clock import Clock
from citywide.kit.memory import give_back

log = structlog.get_logger()
HANDS = 2  # one copies while the other commits
HEARTBEAT_S = 0.5
RESPOND_AT_LEAST_EVERY_S = 1.0


class Hub:
    """A running worker; several of them on one database are one hub."""

    def __init__(self, settings: Settings, systems: Sequence[System], clock: Clock | None = None) -> None:
        self.settings, self.city = settings, settings.city_settings()
        self.words: Words = gather(systems)
        self.database = Database(settings.database_url)
        self.clock = clock or read_clock(self.database)
        self.name = f"{gethostname()}-{os.getpid()}-{token_hex(3)}"
        self.registry = Registry(self.database)
        self.registry.load()
        writers = [Writer(self.database, self.name, settings.archive_folder) for _ in range(HANDS)]
        self.committer = Committer(list(self.words.rules.values()), self.clock, writers)
        self.reception = Reception(self.registry, ranges(self.words.quantities), self.clock, self._send)
        self.desk = CaseDesk(self.words.categories, self.city.calendar, self._travel())
        self.responder = Responder(self.database, self.words, self.desk, self.clock)
        self.ladder = Ladder(self.database, self.desk)
        self.keys = evidence_keys(settings.data, self.city.origin, post_quantum=settings.post_quantum)
        self.jobs = Jobs(self.database, self.clock)
        self.tokens = Tokens(self.database)
        self.live = LiveFeed(self.database)
        self.peers: dict[str, Peer] = {}
        self._addresses: dict[str, str] = {}
        self._flusher = Flusher(self.committer)
        self._chronicler: Chronicler | None = None
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._alarmed = threading.Event()
        self._rounds = threading.Lock()
        self.committer.on_change = self._alarmed.set

    async def start(self) -> None:
        """Report for duty and begin."""
        await self.report_for_duty()
        self._chronicler = Chronicler(self.database, Log(self.keys))
        for work, every in ((self.beat, HEARTBEAT_S), (self.round, 1.0), (self._respond, 0.0)):
            self._begin(work, every)
        for system in self.words.systems.values():
            if system.begins is not None:
                system.begins(self)

    async def report_for_duty(self) -> None:
        """Meet the other workers and take a fair share of the parts."""
        self._loop = asyncio.get_running_loop()
        self._secret = peer_secret(self.settings.data)
        self._server, port = await serve(self.settings.peer_host, self._secret, self._take)
        with self.database.transaction() as connection:
            leases.join(connection, self.name, f"{self.settings.peer_host}:{port}")
        self._heart = self.database.dedicated()
        self._schedule()
        self.live.start()
        await asyncio.to_thread(self.beat)

    def _schedule(self) -> None:
        """Recurring work, the hub's own and the systems', each at one worker at a time."""
        hour, day = timedelta(hours=1), timedelta(days=1)
        self.jobs.comes_round("hub.summarise", hour, lambda _: self._summarise())
        heard = timedelta(minutes=10)  # a city that wakes has said nothing yet
        self.jobs.comes_round("hub.catalogue", day, lambda _: self._judge(), after=heard)
        self.jobs.comes_round("hub.archive", day, lambda _: self._archive())
        for system in self.words.systems.values():
            for schedule in system.schedules:
                name, every = f"{system.name}.{schedule.name}", timedelta(seconds=schedule.every_s)
                self.jobs.comes_round(name, every, lambda _values, run=schedule.run: run(self))

    def _summarise(self) -> None:
        summarise(self.database, self.settings.archive_folder, self.clock.now())
        give_back()

    def _judge(self) -> None:
        judge(self.database, self.words, self.clock.now())

    def _archive(self) -> None:
        """Days older than the city keeps hot leave for Parquet."""
        self._summarise()
        oldest_hot = self.clock.now().date() - timedelta(days=self.settings.keep_days)
        archive_before(self.database, self.settings.archive_folder, oldest_hot)

    async def stop(self) -> None:
        """Finish what was taken in, write the memory down, go off duty."""
        self._stopping.set()
        self._alarmed.set()
        self.live.stop()
        await asyncio.to_thread(self._wind_down)
        for peer in self.peers.values():
            peer.close()
        self._server.close()

    def kill(self) -> None:
        """End at once and write nothing down, as a power cut would."""
        self._stopping.set()
        self.committer.stop()
        self._heart.close()
        self._server.close()
        self.database.close()

    def _wind_down(self) -> None:
        for thread in self._threads:
            thread.join(timeout=15)
        self.committer.between_commits(lambda: self._keep(sorted(self.committer.parts))).result()
        self.committer.stop()
        if self._chronicler:
            self._chronicler.stop()
        leases.leave(self._heart, self.name)
        self._heart.close()
        self.database.close()

    def beat(self) -> None:
        """One heartbeat: keep what is ours, take what is free, hand back what is too much."""
        if self._heart.broken or self._heart.closed:
            self._heart = self.database.dedicated()
        try:
            turn = leases.heartbeat(self._heart, self.name, sorted(self.committer.parts))
        except leases.Lost:
            self._rejoin()
            return
        follow(self.clock, self.database)
        if turn.gained:
            self._beating_on(self.committer.between_commits(lambda: self.committer.take(turn.gained)))
        if turn.surplus:
            self._beating_on(self.committer.between_commits(lambda: self._hand_back(turn.surplus)))
        self.reception.keepers = list(turn.keepers)
        self._addresses = turn.addresses

    def _beating_on(self, work: "Future[None]") -> None:
        """Wait for what may take long; the others must not hold us for dead meanwhile."""
        while True:
            try:
                return work.result(timeout=HEARTBEAT_S)
            except TimeoutError:
                if work.done():
                    raise
                leases.live(self._heart, self.name)

    def _rejoin(self) -> None:
        """The others gave us up: forget everything and begin anew under a new name."""
        log.warning("given_up", worker=self.name)
        self.committer.between_commits(self.committer.forget).result()
        self.name = f"{self.name.rsplit('-', 1)[0]}-{token_hex(3)}"
        self.committer.rename(self.name)
        host, port = self.settings.peer_host, self._server.sockets[0].getsockname()[1]
        leases.join(self._heart, self.name, f"{host}:{port}")

    def _hand_back(self, parts: Sequence[int]) -> None:
        """Write the memory of these parts down, then let them go (committer's thread)."""
        committer = self.committer
        self._keep(parts)
        kept = sorted(committer.parts - set(parts))
        committer.forget()
        leases.release(self._heart, self.name, parts)
        committer.take(kept)

    def round(self) -> None:
        """What comes round every second, one round at a time."""
        with self._rounds:
            self._flush()
            self.ladder.climb(self.clock.now())
            self.jobs.run_due()

    def _flush(self) -> None:
        collected = self.committer.between_commits(self._tick_and_collect).result()
        try:
            with self.database.transaction() as connection:
                write(connection, collected)
        except Exception:
            self.committer.between_commits(lambda: self.committer.state.note_again(collected.latest))
            raise

    def _tick_and_collect(self) -> Collected:
        self.committer.tick()
        return self._flusher.collect()

    def _keep(self, parts: Sequence[int]) -> None:
        with self.database.transaction() as connection:
            write(connection, self._flusher.collect_all(parts))

    def _respond(self) -> None:
        self._alarmed.wait(RESPOND_AT_LEAST_EVERY_S)
        self._alarmed.clear()
        self.responder.answer_all()

    def _begin(self, work: Callable[[], None], every_s: float) -> None:
        thread = threading.Thread(target=self._repeat, args=(work, every_s), daemon=True, name=work.__name__)
        self._threads.append(thread)
        thread.start()

    def aside(self, work: Callable[[], None], after_s: float = 0.0) -> None:
        """Do something once in a thread of its own, a while from now, unless we go off duty before."""

        def once() -> None:
            if not self._stopping.wait(after_s):
                self._try(work)

        threading.Thread(target=once, daemon=True, name="aside").start()

    def _repeat(self, work: Callable[[], None], every_s: float) -> None:
        while not self._stopping.wait(every_s):
            self._try(work)

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the city runs on; the next round tries again
            log.warning("duty_failed", duty=work.__name__, error=f"{type(error).__name__}: {error}")
            self._stopping.wait(0.2)

    async def _send(self, keeper: str, rows: Rows) -> NDArray[np.int8]:
        """Hand rows to the worker that keeps them: ourselves, or a peer."""
        if keeper == self.name:
            return await self._take(rows)
        address = self._addresses.get(keeper)
        if address is None:
            raise PeerError(f"worker {keeper} has gone")
        peer = self.peers.get(address) or self.peers.setdefault(address, Peer(address, self._secret))
        return await peer.send(rows)

    def submit(self, readings: Sequence[Reading]) -> Receipt:
        """Take in values that a system has computed, from any thread but the event loop's."""
        work = self.reception.receive(columns_of(readings))
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _take(self, rows: Rows) -> NDArray[np.int8]:
        return await asyncio.wrap_future(self.committer.submit(rows))

    def _travel(self) -> Travel:
        file = self.settings.city / "roads.npz" if self.settings.city else None
        return Travel(load_roads(file) if file and file.exists() else None)
