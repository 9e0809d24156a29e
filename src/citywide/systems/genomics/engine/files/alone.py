"""One process at a time in a folder: two that write the same names would take each other's files away."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citywide.systems.genomics.engine.files.wrong import InputError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make the folder and hold it; refuse it while another holds it. A process that dies lets go of it."""
    folder.mkdir(parents=True, exist_ok=True)
    held = os.open(folder, os.O_RDONLY)
    try:
        _hold(held, folder)
        yield
    finally:
        os.close(held)


def _hold(held: int, folder: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"{folder}: another process is writing here; wait for it, or choose another --out") from None
    except OSError:
        return  # a file system that cannot hold folders
