"""Memory that a long-lived process has done with goes back to the machine, where the C library can be asked to."""

import ctypes
from contextlib import suppress

ARENA_MAX, MMAP_THRESHOLD = -8, -3  # as glibc calls them
FEW, LARGE = 2, 4 << 20


def few_arenas() -> None:
    """Threads share their heaps: each of its own would keep the most that any thread has ever needed.

    What is large stays outside them and goes back when it is done with: left to itself the C library takes it into the
    heap once it has seen one come and go.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(ARENA_MAX, FEW)
        library.mallopt(MMAP_THRESHOLD, LARGE)


def give_back() -> None:
    """Give the heap's empty pages back: a start that compiles and makes up a past leaves hundreds of megabytes."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
