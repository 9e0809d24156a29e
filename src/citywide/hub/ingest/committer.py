"""The committer: what has queued up becomes one transaction, and its senders are answered after commit.

While one group commits the next is being copied and a third is made ready; the rules fold beside them.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import structlog

from citywide.hub.ingest.batch import Rows, join
from citywide.hub.ingest.binary import block
from citywide.hub.ingest.draft import Draft, Outcome, Sent, back_in_place, kept_and_fresh, refuse
from citywide.hub.ingest.hand import MOST_ROWS, Hands, Turn
from citywide.hub.ingest.legacy import Legacy
from citywide.hub.ingest.memory import Memory
from citywide.hub.ingest.order import advance, by_time, mark_repeats
from citywide.hub.ingest.state import State
from citywide.hub.ingest.writer import FencedError, Writer
from citywide.hub.vocabulary.rule import Rule
from citywide.kit.clock import Clock

MOST_SILENT = 4000  # a tick: when a whole quarter loses its power, readings get through between its alarms
Item = Sent | Callable[[], None]
Result = TypeVar("Result")
log = structlog.get_logger()


class NotKeptError(FencedError):
    """Rows of a part that this worker does not keep (any more): its keeper must take them."""


class Committer:
    """Group commit for the parts of the city that this worker keeps."""

    def __init__(self, rules: Sequence[Rule], clock: Clock, writers: Sequence[Writer]) -> None:
        self.rules, self.clock, self.writers = rules, clock, writers
        self.writer = writers[0]  # while the hands rest
        self.queue: queue.Queue[Item] = queue.Queue()
        self.on_change: Callable[[], None] = lambda: None
        self.commits = self.rows = self._last_number = 0
        self._ended = False
        self._folder, self._hands = ThreadPoolExecutor(1, "folder"), Hands(self._write, writers)
        self._memory = Memory(rules, writers, self._hands.rest)
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    @property
    def parts(self) -> set[int]:
        """The parts of the city that this worker keeps."""
        return self._memory.parts

    @property
    def state(self) -> State:
        """What is remembered of them."""
        return self._memory.state

    def submit(self, rows: Rows) -> "Future[Outcome]":
        """Queue rows; the future tells what became of each, after commit."""
        heard: Future[Outcome] = Future()
        heard.set_running_or_notify_cancel()  # a sender that hangs up takes nothing back
        self.queue.put(Sent(rows, heard))
        return heard

    def between_commits(self, work: Callable[[], Result]) -> "Future[Result]":
        """Run something in the committer's thread, when nothing is being written or made ready."""
        done: Future[Result] = Future()

        def run() -> None:
            try:
                self._hands.rest()
                result = work()
            except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
                done.set_exception(error)
            else:
                done.set_result(result)

        self.queue.put(run)
        return done

    def stop(self) -> None:
        """Finish what is queued, then end."""
        self.queue.put(self._end)
        self._thread.join(timeout=30)
        self._hands.end()
        self._folder.shutdown()
        for writer in self.writers:
            writer.close()

    def take(self, legacy: Legacy) -> None:
        """Begin to keep the legacy's parts, with exactly the memory their last keeper had (between commits)."""
        self._memory.take(legacy)

    def part_with(self, parts: Sequence[int]) -> None:
        """Keep these parts no more, and go on with the others (between commits)."""
        self._memory.part_with(parts)

    def be_sound(self) -> None:
        """Remember nothing that was not committed (between commits)."""
        self._memory.be_sound()

    def rename(self, worker: str) -> None:
        """Go on under a new name: the others gave up the old one."""
        for writer in self.writers:
            writer.worker = worker

    def forget(self) -> None:
        """Drop every part and all memory (between commits)."""
        self._memory.forget()

    def tick(self) -> None:
        """Let time pass for the rules: who has fallen silent (between commits)."""
        if self._memory.guarded(self._tick):
            self.on_change()

    def _tick(self) -> bool:
        transitions = self.state.evaluator.tick(self.clock.now_us(), MOST_SILENT)
        if transitions:
            self.writer.write_transitions(transitions, self.state)
        return bool(transitions)

    def _run(self) -> None:
        while not self._ended:
            item = self.queue.get()
            if isinstance(item, Sent):
                self._draft_with_company(item)
            else:
                item()

    def _end(self) -> None:
        self._ended = True

    def _draft_with_company(self, first: Sent) -> None:
        """Make ready what has queued up; what is no batch keeps its place behind the rows before it."""
        group, size, behind = [first], len(first.rows), None
        while size < MOST_ROWS and behind is None and not self.queue.empty():
            item = self.queue.get()
            if isinstance(item, Sent):
                group.append(item)
                size += len(item.rows)
            else:
                behind = item
        self._draft(group)
        if behind is not None:
            behind()

    def _draft(self, group: Sequence[Sent]) -> None:
        """Tell the group's rows apart and let the rules begin; when that fails, nobody was acknowledged."""
        try:
            self._memory.be_sound()
            group = [sent for sent in group if self._is_ours(sent)]
            if group:
                self._hands.accept(self._memory.guarded(lambda: self._drafted(group)))
        except Exception as error:  # noqa: BLE001 - each sender hears of it, the thread lives on
            self._give_up(group, error)

    def _drafted(self, group: Sequence[Sent]) -> Draft:
        rows = join([sent.rows for sent in group])
        order = by_time(rows, self.state.evaluator.watches.paired)
        rows = rows if order is None else rows.pick(order)
        outcome = self._outcomes(rows)
        kept, fresh = kept_and_fresh(rows, outcome)
        folding = self._folder.submit(self.state.evaluator.fold, fresh.series, fresh.time, fresh.value)
        received = self._next_number()
        return Draft(group, back_in_place(outcome, order), kept, fresh, block(kept, received), received, folding)

    def _outcomes(self, rows: Rows) -> Outcome:
        outcome = np.empty(len(rows), np.int8)
        if advance(rows.series, rows.time, self.state.newest, outcome):
            doubtful = np.flatnonzero(outcome)
            mark_repeats(rows, outcome, doubtful)
            self._memory.rest_or_fall()  # what is being written must be in the table before the look into it
            self.writer.mark_known(rows, outcome, doubtful)
        return outcome

    def _next_number(self) -> int:
        """The moment at which rows were received, as a number that only grows."""
        self._last_number = max(self.clock.now_us(), self._last_number + 1, self.state.received + 1)
        return self._last_number

    def _write(self, writer: Writer, drafts: Sequence[Draft], turn: Turn) -> None:
        def our_turn() -> None:
            turn()
            self._memory.stand_on()

        try:
            changed = writer.write(drafts, self.state, our_turn)
        except Exception as error:  # noqa: BLE001 - each sender hears of it, the thread lives on
            turn()
            self._memory.spoil()
            self._give_up([sent for draft in drafts for sent in draft.senders], error)
            return
        self._note(drafts)
        for draft in drafts:
            draft.answer()
        if changed:
            self.on_change()

    def _note(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            self.state.note_latest(draft.fresh)
            self.rows += len(draft.kept)
        self.state.received = drafts[-1].received
        self.commits += 1

    def _give_up(self, senders: Sequence[Sent], error: Exception) -> None:
        refuse(senders, error)
        log.warning("commit_failed", error=str(error), senders=len(senders))

    def _is_ours(self, sent: Sent) -> bool:
        """Rows that came to us although their part has another keeper by now are sent back."""
        ours = self._memory.keeps(sent.rows)
        if not ours:
            sent.heard.set_exception(NotKeptError("these parts of the city have another keeper"))
        return ours
