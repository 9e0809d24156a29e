"""Rounds: what a worker does again and again, or once in a while, in threads that outlive any failure."""

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()
AFTER_A_FAILURE_S = 0.2
PATIENCE_S = 15.0  # of all duties together, before the server loses its own


class Rounds:
    """The threads of a worker's duties; they end together."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._ended: dict[str, float] = {}  # when each was last done, or begun to be

    def begin(self, work: Callable[[], None], every_s: float) -> None:
        """Do something again and again, with a pause between."""
        thread = threading.Thread(target=self._repeat, args=(work, every_s), daemon=True, name=work.__name__)
        self._threads.append(thread)
        self._ended[work.__name__] = time.monotonic()
        thread.start()

    def ages(self) -> dict[str, float]:
        """How many seconds ago each duty was last done."""
        now = time.monotonic()
        return {name: now - ended for name, ended in self._ended.items()}

    def aside(self, work: Callable[[], None], after_s: float = 0.0) -> None:
        """Do something once in a thread of its own, a while from now, unless all ends before."""

        def once() -> None:
            if not self._stopping.wait(after_s):
                self._try(work)

        threading.Thread(target=once, daemon=True, name="aside").start()

    def stop(self) -> None:
        """Begin nothing any more."""
        self._stopping.set()

    def end(self) -> None:
        """Wait for what is under way, but not for ever."""
        until = time.monotonic() + PATIENCE_S
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def _repeat(self, work: Callable[[], None], every_s: float) -> None:
        while not self._stopping.wait(every_s):
            if self._try(work):
                self._ended[work.__name__] = time.monotonic()

    def _try(self, work: Callable[[], None]) -> bool:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the city runs on; the next round tries again
            log.warning("duty_failed", duty=work.__name__, error=f"{type(error).__name__}: {error}")
            self._stopping.wait(AFTER_A_FAILURE_S)
            return False
        return True
