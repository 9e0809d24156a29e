"""Memory that a long-lived process has done with goes back to the machine, where the C library can be asked to."""

import ctypes
from contextlib import suppress

ARENA_MAX = -8  # as glibc calls it
FEW = 2


def few_arenas() -> None:
    """Threads share their heaps: each of its own would keep the most that any thread has ever needed."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(ARENA_MAX, FEW)


def give_back() -> None:
    """Give the heap's empty pages back: a start that compiles and makes up a past leaves hundreds of megabytes."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
