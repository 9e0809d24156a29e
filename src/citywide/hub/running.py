"""One worker of the hub, running: its parts of the city, its threads, and what the doors may ask of it."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from psycopg import OperationalError

from citywide.hub.alarms.answer import Responder
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.catalogue.sets import counted, judge
from citywide.hub.clock import follow, read_clock
from citywide.hub.database.pool import Database
from citywide.hub.dispatch.roads import Travel, load_roads
from citywide.hub.duties.chronicle import Chronicler
from citywide.hub.duties.dispatch import Dispatch
from citywide.hub.duties.flush import Flusher
from citywide.hub.duties.jobs import Jobs, Pace
from citywide.hub.duties.judging import judge_cases
from citywide.hub.duties.ladder import Ladder
from citywide.hub.duties.outages import Outages
from citywide.hub.duties.rounds import Rounds
from citywide.hub.duties.service import Service
from citywide.hub.entities.registry import Registry
from citywide.hub.evidence.log import Log
from citywide.hub.ingest.batch import Receipt, columns_of
from citywide.hub.ingest.checks import ranges
from citywide.hub.ingest.committer import Committer
from citywide.hub.ingest.receive import Reception
from citywide.hub.ingest.writer import FencedError, Writer
from citywide.hub.live.feed import LiveFeed
from citywide.hub.people.devices import Tokens
from citywide.hub.readings.archive import archive_before
from citywide.hub.readings.history import summarise
from citywide.hub.secrets import evidence_keys
from citywide.hub.settings import Settings
from citywide.hub.vocabulary.system import System
from citywide.hub.vocabulary.things import Reading
from citywide.hub.vocabulary.words import Words, gather
from citywide.hub.workers import leases
from citywide.hub.workers.membership import HEARTBEAT_S, Membership, new_name
from citywide.hub.workers.pulse import Pulse
from citywide.kit.clock import Clock
from citywide.kit.costly import Costly
from citywide.kit.memory import give_back
from citywide.kit.together import Together

HANDS = 2  # one copies while the other commits
RESPOND_AT_LEAST_EVERY_S = 1.0


class Hub:
    """A running worker; several of them on one database are one hub."""

    def __init__(self, settings: Settings, systems: Sequence[System], clock: Clock | None = None) -> None:
        self.settings, self.city = settings, settings.city_settings()
        self.words: Words = gather(systems, self.city.called)
        name = new_name()
        self.database = Database(settings.database_url, owner=leases.sessions_of(name))
        self.clock = clock or read_clock(self.database)
        self.registry = Registry(self.database)
        self._take_in(name)
        self.desk = CaseDesk(self.words.categories, self.city.calendar, self._travel(), self.words.departments)
        self.responder = Responder(self.database, self.words, self.desk, self.clock)
        self.ladder = Ladder(self.database, self.desk)
        kinds = {kind.name: kind.label for kind in self.words.kinds.values()}
        self.outages = Outages(self.database, self.desk, kinds, self.city.outage)
        self.dispatch = Dispatch(self.database, self.desk)
        self.service = Service(self.database, self.reception, self.committer, self.desk)
        self.keys = evidence_keys(settings.data, self.city.origin, post_quantum=settings.post_quantum)
        self.jobs = Jobs(self.database, self.clock)
        self.tokens = Tokens(self.database)
        self.live, self.together = LiveFeed(self.database), Together()
        self.counted = Costly(lambda: counted(self.database))
        self._chronicler: Chronicler | None = None
        self._rounds, self._beats = Rounds(), Rounds()
        self._one_round = threading.Lock()
        self.aside = self._rounds.aside
        self._alarmed = threading.Event()
        self.committer.on_change = self._alarmed.set
        self.members.how = self.pulse

    def _take_in(self, name: str) -> None:
        """The way of a reading: reception, then the worker that keeps its part, whose committer writes it."""
        writers = [Writer(self.database, name, self.settings.archive_folder) for _ in range(HANDS)]
        self.committer = Committer(list(self.words.rules.values()), self.clock, writers)
        self._flusher = Flusher(self.committer, self.database)
        self.members = Membership(self.settings, self.database, self.committer, name, self._flusher.keep)
        known = ranges(self.words.quantities)
        self.reception = Reception(self.registry, known, self.clock, self.members.keepers, self.members.send)

    async def start(self) -> None:
        """Report for duty and begin."""
        await self.report_for_duty()
        self._chronicler = Chronicler(self.database, Log(self.keys))
        self._beats.begin(self.beat, HEARTBEAT_S)
        for duty in (self.look_round, self.work_by_the_second, self.work_by_the_minute, self.work_at_leisure):
            self._rounds.begin(duty, 1.0)
        self._rounds.begin(self.respond, 0.0)
        for system in self.words.systems.values():
            if system.begins is not None:
                system.begins(self)

    async def report_for_duty(self) -> None:
        """Meet the other workers and take a fair share of the parts."""
        self._loop = asyncio.get_running_loop()
        await self.members.join()
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
        self.jobs.comes_round(
            "hub.judging", timedelta(seconds=5), lambda _: judge_cases(self.database, self.clock.now())
        )
        self.jobs.comes_round("hub.outages", timedelta(seconds=5), lambda _: self.outages.look(self.clock.now()))
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
        self._rounds.stop()
        self._alarmed.set()
        self.live.stop()
        await asyncio.to_thread(self._wind_down)
        self.members.hang_up()

    def kill(self) -> None:
        """End at once and write nothing down, as a power cut would."""
        self._rounds.stop()
        self._beats.stop()
        self.committer.stop()
        self.members.drop_dead()
        self.database.close()

    def _wind_down(self) -> None:
        """The heart beats on until the duties are done: who is silent for long is counted out in the middle of one."""
        self._rounds.end()
        self._beats.stop()
        self._beats.end()
        with suppress(FencedError, OperationalError):  # what we remember of parts that we lost is nobody's
            self.committer.between_commits(lambda: self._flusher.keep(sorted(self.committer.parts))).result()
            self.members.leave()
        self.committer.stop()
        if self._chronicler:
            self._chronicler.stop()
        self.members.fall_silent()
        self.database.close()

    def beat(self) -> None:
        """One heartbeat: of this worker among the others, and of the city's clock."""
        self.members.beat()
        follow(self.clock, self.database)

    def round(self) -> None:
        """All that comes round every second, done when this returns."""
        self.look_round()
        self.work()

    def look_round(self) -> None:
        """Look after readings, cases and units, one look at a time; no job makes it wait."""
        with self._one_round:
            self._flusher.flush()
            self.ladder.climb(self.clock.now())
            self.dispatch.look(self.clock.now())
            self.service.look(self.clock.now())

    def work(self) -> None:
        """Do the jobs that are due, however long they take."""
        self.jobs.run_due()

    def work_by_the_second(self) -> None:
        """Those of them that come round every few seconds."""
        self.jobs.run_due([Pace.SECONDS])

    def work_by_the_minute(self) -> None:
        """Those that come round every few minutes."""
        self.jobs.run_due([Pace.MINUTES])

    def work_at_leisure(self) -> None:
        """Those that come round more seldom, or once."""
        self.jobs.run_due([Pace.LEISURE])

    def respond(self) -> None:
        """Answer alarms as soon as there are any; however many wait, this is soon done and comes again."""
        self._alarmed.wait(RESPOND_AT_LEAST_EVERY_S)
        self._alarmed.clear()
        if self.responder.answer_some():
            self._alarmed.set()

    def pulse(self) -> Pulse:
        """How this worker is."""
        committer = self.committer
        figures = {"rows_committed": committer.rows, "commits": committer.commits,
                   "parts_kept": len(committer.parts), "queue": committer.queue.qsize()}  # fmt: skip
        return Pulse(figures, self._beats.ages() | self._rounds.ages())

    def submit(self, readings: Sequence[Reading]) -> Receipt:
        """Take in values that a system has computed, from any thread but the event loop's."""
        work = self.reception.receive(columns_of(readings))
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def _travel(self) -> Travel:
        file = self.settings.city / "roads.npz" if self.settings.city else None
        return Travel(load_roads(file) if file and file.exists() else None)
