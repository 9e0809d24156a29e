"""One way to compile a kernel that keeps its type in the eyes of the checker."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """The kernel compiled on first use, and kept on disk; while it runs, readings are taken in beside it."""
    return cast("Kernel", njit(cache=True, nogil=True)(kernel))
