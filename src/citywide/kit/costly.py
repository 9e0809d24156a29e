"""An answer that takes long to work out serves all who ask for ten times as long."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
TIMES = 10.0


class Costly(Generic[Answer]):
    """One answer; whoever asks while it is worked out waits for it, and nobody works it out beside."""

    def __init__(self, work_out: Callable[[], Answer], clock: Callable[[], float] = time.monotonic) -> None:
        self._work_out, self._clock = work_out, clock
        self._one, self._holds_until = threading.Lock(), float("-inf")

    def now(self) -> Answer:
        """The answer, as old at most as ten times what it took."""
        with self._one:
            began = self._clock()
            if began >= self._holds_until:
                self._answer = self._work_out()
                done = self._clock()
                self._holds_until = done + TIMES * (done - began)
            return self._answer
