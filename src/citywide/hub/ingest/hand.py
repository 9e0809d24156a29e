"""The writing hands: one copies what was made ready while the other still commits; they commit in order."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from citywide.hub.ingest.draft import Draft
from citywide.hub.ingest.writer import Writer

MOST_ROWS = 40_000
WORTH_ROWS = 6_000  # a second transaction beside one that is under way costs more than so few rows gain by it
Turn = Callable[[], None]
Write = Callable[[Writer, Sequence[Draft], Turn], None]


class Hands:
    """A thread for each writer; whoever makes drafts ready goes on meanwhile."""

    def __init__(self, write: Write, writers: Sequence[Writer]) -> None:
        self._write = write
        self._ready: list[Draft] = []
        self._taken = self._done = 0
        self._ended = False
        self._change = threading.Condition()
        self._threads = [threading.Thread(target=self._run, args=(one,), name="hand", daemon=True) for one in writers]
        for thread in self._threads:
            thread.start()

    def accept(self, draft: Draft) -> None:
        """Write this after what came before; waits while too much waits already."""
        with self._change:
            self._change.wait_for(lambda: sum(len(ready.kept) for ready in self._ready) < MOST_ROWS)
            self._ready.append(draft)
            self._change.notify_all()

    def rest(self) -> None:
        """Wait until all that was accepted is written."""
        with self._change:
            self._change.wait_for(lambda: not self._ready and self._done == self._taken)

    def end(self) -> None:
        """Write what was accepted, then end."""
        with self._change:
            self._ended = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join(timeout=30)

    def _run(self, writer: Writer) -> None:
        while taken := self._take():
            number, drafts = taken
            self._write(writer, drafts, partial(self._await_turn, number))
            self._pass_on()

    def _take(self) -> tuple[int, Sequence[Draft]] | None:
        """All that has gathered, and how many were taken before it; None at the end."""
        with self._change:
            self._change.wait_for(lambda: self._worth_taking() or self._ended)
            if not self._ready:
                return None
            drafts, self._ready = self._ready, []
            self._taken += 1
            self._change.notify_all()
            return self._taken - 1, drafts

    def _worth_taking(self) -> bool:
        """Whatever has gathered where nobody writes; beside another, a load."""
        alone = self._done == self._taken
        return bool(self._ready) and (alone or sum(len(ready.kept) for ready in self._ready) >= WORTH_ROWS)

    def _await_turn(self, number: int) -> None:
        with self._change:
            self._change.wait_for(lambda: self._done == number)

    def _pass_on(self) -> None:
        with self._change:
            self._done += 1
            self._change.notify_all()
