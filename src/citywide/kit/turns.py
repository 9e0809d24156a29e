"""Heavy work takes turns: of a folder's processes one at a time, on one machine, so that their memory never adds up."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

BUSY = "busy"


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait until nobody works hard, and be the one who does."""
    with (folder / BUSY).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def turn_if_free(folder: Path) -> Iterator[IO[str] | None]:
    """Our turn if nobody works hard, else nothing; a process that inherits it keeps it for as long as it lives."""
    with (folder / BUSY).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield lock
