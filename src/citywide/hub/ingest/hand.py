"""The writing hand: takes over what was made ready and writes all that has gathered in one transaction."""

import threading
from collections.abc import Callable, Sequence

from citywide.hub.ingest.draft import Draft

MOST_ROWS = 40_000


class Hand:
    """A thread that writes; whoever makes drafts ready goes on meanwhile."""

    def __init__(self, write: Callable[[Sequence[Draft]], None]) -> None:
        self._write = write
        self._ready: list[Draft] = []
        self._busy = self._ended = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def accept(self, draft: Draft) -> None:
        """Write this after what came before; waits while too much waits already."""
        with self._change:
            self._change.wait_for(lambda: sum(len(ready.kept) for ready in self._ready) < MOST_ROWS)
            self._ready.append(draft)
            self._change.notify_all()

    def rest(self) -> None:
        """Wait until all that was accepted is written."""
        with self._change:
            self._change.wait_for(lambda: not self._ready and not self._busy)

    def end(self) -> None:
        """Write what was accepted, then end."""
        with self._change:
            self._ended = True
            self._change.notify_all()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while drafts := self._take():
            self._write(drafts)

    def _take(self) -> Sequence[Draft]:
        with self._change:
            self._busy = False
            self._change.notify_all()
            self._change.wait_for(lambda: self._ready or self._ended)
            drafts, self._ready = self._ready, []
            self._busy = bool(drafts)
            return drafts
