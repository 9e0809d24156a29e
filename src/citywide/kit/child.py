"""A process that works for another takes one core and little memory, and ends with it."""

import os
import threading
import time

LOOKS_EVERY_S = 0.25


def alone() -> dict[str, str]:
    """The environment of a process that leaves the other cores, and the memory of their threads, to others."""
    return os.environ | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")


def end_with_parent() -> None:
    """End this process, whatever it is at, once whoever began it has gone."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="watches its parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOKS_EVERY_S)
    os._exit(1)
