"""The committer: a thread that turns what has queued up into one transaction, and answers after commit."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date
from typing import TypeVar

import numpy as np
import structlog
from numpy.typing import NDArray

from citywide.hub.alarms.record import record
from citywide.hub.database import days
from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import Series
from citywide.hub.ingest.batch import ACCEPTED, DUPLICATE, Rows, join
from citywide.hub.ingest.binary import encode
from citywide.hub.ingest.order import advance, by_time, mark_repeats
from citywide.hub.ingest.state import State, recover
from citywide.hub.rule import Rule
from citywide.hub.rules.evaluator import Transition
from citywide.kit.clock import Clock, moment

MOST_ROWS = 40_000
Outcome = NDArray[np.int8]
Result = TypeVar("Result")
log = structlog.get_logger()


class FencedError(RuntimeError):
    """Another worker has taken over: nothing of this transaction may stand."""


class NotKeptError(FencedError):
    """Rows of a part that this worker does not keep (any more): its keeper must take them."""


class Committer:
    """Group commit for the parts of the city that this worker keeps."""

    def __init__(self, database: Database, rules: Sequence[Rule], clock: Clock, worker: str) -> None:
        self.database, self.rules, self.clock, self.worker = database, rules, clock, worker
        self.queue: queue.Queue[tuple[Rows, Future[Outcome]] | Callable[[], None] | None] = queue.Queue()
        self.parts: set[int] = set()
        self.state = State(rules)
        self.on_change: Callable[[], None] = lambda: None
        self.commits = self.rows = 0
        self._sound = True
        self._days: set[date] = set()
        self._folder = ThreadPoolExecutor(1, "folder")
        self._connection = database.dedicated()
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def submit(self, rows: Rows) -> "Future[Outcome]":
        """Queue rows; the future tells what became of each, after commit."""
        future: Future[Outcome] = Future()
        future.set_running_or_notify_cancel()  # a sender that hangs up takes nothing back
        self.queue.put((rows, future))
        return future

    def between_commits(self, work: Callable[[], None]) -> "Future[None]":
        """Run something in the committer's thread, when no transaction is open."""
        future: Future[None] = Future()

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
                future.set_exception(error)
            else:
                future.set_result(None)

        self.queue.put(run)
        return future

    def stop(self) -> None:
        """Finish what is queued, then end."""
        self.queue.put(None)
        self._thread.join(timeout=30)
        self._folder.shutdown()
        self._connection.close()

    def take(self, parts: Sequence[int]) -> None:
        """Begin to keep these parts, with exactly the memory their last keeper had (committer's thread)."""
        self._guarded(lambda: self._remember(parts))
        self.parts |= set(parts)

    def forget(self) -> None:
        """Drop every part and all memory (committer's thread)."""
        self.parts, self.state = set(), State(self.rules)

    def tick(self) -> None:
        """Let time pass for the rules: who has fallen silent (committer's thread)."""
        transitions = self.state.evaluator.tick(self.clock.now_us())
        if transitions:
            self._guarded(lambda: self._in_transaction(None, lambda: transitions))

    def _run(self) -> None:
        while (item := self.queue.get()) is not None:
            if callable(item):
                item()
            else:
                self._commit_with_company(item)

    def _commit_with_company(self, first: tuple[Rows, "Future[Outcome]"]) -> None:
        items, size = [first], len(first[0])
        while size < MOST_ROWS and not self.queue.empty():
            item = self.queue.get()
            if item is None or callable(item):  # keep its place behind the rows that came before it
                self._settle(items)
                self._requeue(item)
                return
            items.append(item)
            size += len(item[0])
        self._settle(items)

    def _requeue(self, item: "Callable[[], None] | None") -> None:
        if item is None:
            self.queue.put(None)
        else:
            item()

    def _settle(self, items: "Sequence[tuple[Rows, Future[Outcome]]]") -> None:
        """Commit these rows together and tell each sender; when the commit fails, nobody was acknowledged."""
        try:
            self._be_sound()
            items = [item for item in items if self._is_ours(*item)]
            if not items:
                return
            outcome = self._guarded(lambda: self.commit(join([rows for rows, _ in items])))
        except Exception as error:  # noqa: BLE001 - each sender hears of it, the thread lives on
            for future in (future for _, future in items if not future.done()):
                future.set_exception(error)
            log.warning("commit_failed", error=str(error), senders=len(items))
            return
        at = 0
        for rows, future in items:
            future.set_result(outcome[at : at + len(rows)])
            at += len(rows)

    def _is_ours(self, rows: Rows, future: "Future[Outcome]") -> bool:
        """Rows that came to us although their part has another keeper by now are sent back."""
        self._meet(rows.series)
        ours = self.state.keeps(rows.series, self.parts)
        if not ours:
            future.set_exception(NotKeptError("these parts of the city have another keeper"))
        return ours

    def _guarded(self, work: "Callable[[], Result]") -> Result:
        """Memory that ran ahead of a failed transaction is thrown away and read anew before the next."""
        self._be_sound()
        try:
            return work()
        except Exception:
            self._sound = False
            self._days.clear()  # a day may have left for the archive
            raise

    def _be_sound(self) -> None:
        """After a failure: a connection that works, and the memory as the last commit left it."""
        cut_off = self._connection.broken or self._connection.closed
        if self._sound and not cut_off:
            return
        self._sound = False
        if cut_off:
            self._connection = self.database.dedicated()
            self._days = set()
        self.state = State(self.rules)
        self._remember(sorted(self.parts))
        self._sound = True

    def _remember(self, parts: Sequence[int]) -> None:
        with self._connection.transaction():
            recover(self._connection, self.state, parts)

    def commit(self, rows: Rows) -> Outcome:
        """One transaction: readings, what they raised and cleared, and the evidence of it."""
        order = by_time(rows)
        rows = rows if order is None else rows.pick(order)
        outcome = self._outcomes(rows)
        kept = rows if not outcome.any() else rows.pick(outcome != DUPLICATE)
        fresh = rows if not outcome.any() else rows.pick(outcome == ACCEPTED)
        folding = self._folder.submit(self.state.evaluator.fold, fresh.series, fresh.time, fresh.value)
        try:
            self._in_transaction(kept, folding.result)
        finally:
            wait([folding])
        self.state.note_latest(fresh)
        return outcome if order is None else _back_in_place(outcome, order)

    def _outcomes(self, rows: Rows) -> Outcome:
        outcome = np.empty(len(rows), np.int8)
        if advance(rows.series, rows.time, self.state.newest, outcome):
            doubtful = np.flatnonzero(outcome)
            mark_repeats(rows, outcome, doubtful)
            self._mark_known(rows, outcome, doubtful)
        return outcome

    def _mark_known(self, rows: Rows, outcome: Outcome, doubtful: NDArray[np.int64]) -> None:
        self._need_days(rows.time[doubtful])
        values = {
            "series": rows.series[doubtful].tolist(),
            "times": [moment(us) for us in rows.time[doubtful].tolist()],
            "places": doubtful.tolist(),
        }
        for (place,) in self._connection.execute(sql("known_readings"), values):
            outcome[place] = DUPLICATE

    def _meet(self, series: NDArray[np.int64]) -> None:
        """Get to know series that another worker registered."""
        unknown = [int(number) for number in np.unique(series) if int(number) not in self.state.known]
        if unknown:
            for row in self._connection.execute(sql("series_by_number"), {"numbers": unknown}).fetchall():
                self.state.add(Series(*row))

    def _in_transaction(self, kept: Rows | None, folded: Callable[[], Sequence[Transition]]) -> Outcome:
        """Copy while the rules are still folding, then write down what they raised and cleared."""
        received = max(self.clock.now_us(), self.state.received + 1)
        if kept is not None:
            self._need_days(kept.time)
        with self._connection.transaction():
            self._stand_ground()
            if kept is not None and len(kept):
                self._copy(kept, received)
            transitions = folded()
            if transitions:
                record(self._connection, transitions, self.state.known)
        self.state.received = received
        self.commits, self.rows = self.commits + 1, self.rows + (0 if kept is None else len(kept))
        if transitions:
            self.on_change()
        return np.zeros(0, np.int8)

    def _stand_ground(self) -> None:
        """A worker that was given up for dead must not write: its parts have another keeper."""
        if not self._connection.execute(sql("fence"), {"worker": self.worker}).rowcount:
            raise FencedError(f"worker {self.worker} was given up and its parts were taken over")

    def _copy(self, kept: Rows, received: int) -> None:
        with self._connection.cursor() as cursor:
            with cursor.copy("copy hub.reading (series, time, value, received) from stdin (format binary)") as copy:
                copy.write(encode(kept, received))
            numbers, counts = np.unique(kept.time // days.DAY_US, return_counts=True)
            for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
                day = moment(number * days.DAY_US).date()
                cursor.execute(sql("add_to_day"), {"day": day, "worker": self.worker, "rows": count})

    def _need_days(self, times: NDArray[np.int64]) -> None:
        if not times.size:
            return
        needed = {moment(int(n) * days.DAY_US).date() for n in np.unique(times // days.DAY_US)}
        if not needed <= self._days:
            self._days |= days.existing(self._connection)
            days.create(self._connection, sorted(needed - self._days))
            self._days |= needed


def _back_in_place(outcome: Outcome, order: NDArray[np.int64]) -> Outcome:
    placed = np.empty_like(outcome)
    placed[order] = outcome
    return placed
