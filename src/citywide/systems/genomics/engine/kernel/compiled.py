"""The compiled kernel through ctypes, and which of its levels runs.

Every level (AMX tiles, AVX-512 VNNI, AVX2, plain C) gives the same numbers; without the compiled part the same work
is done by numba and numpy (`plain_linear`, `plain_logistic`). CITYWIDE_KERNEL=amx|vnni|avx2|plain|numba asks for less.
"""

import ctypes
import os
from functools import cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

LEVELS = ("plain", "avx2", "vnni", "amx")


@cache
def library() -> ctypes.CDLL | None:
    """The compiled kernel, or None where it was not built or is not wanted."""
    wanted = os.environ.get("CITYWIDE_KERNEL", "")
    spec = find_spec("citywide.systems.genomics.engine.kernel._kernel")
    if wanted == "numba" or spec is None or spec.origin is None:
        return None
    kernel = ctypes.CDLL(spec.origin)
    kernel.minus_log10_p_t.restype = kernel.minus_log10_p_z.restype = ctypes.c_double
    kernel.write_rows.restype = kernel.negatives_to_nan.restype = None
    if wanted in LEVELS:
        kernel.use_level(LEVELS.index(wanted))
    return kernel


def level() -> str:
    """Which level the kernel runs at."""
    kernel = library()
    return "numba" if kernel is None else LEVELS[int(kernel.level())]


def use_level(name: str) -> str:
    """Ask for a level, for tests and comparisons; the machine's best for ""."""
    kernel = library()
    assert kernel is not None, "there is no compiled kernel"
    return LEVELS[int(kernel.use_level(LEVELS.index(name) if name else -1))]


def negatives_to_nan(tile: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same tile, with NaN wherever it was below zero."""
    kernel = library()
    if kernel is None:
        tile[tile < 0] = np.nan
    else:
        kernel.negatives_to_nan(pointer(tile), size(tile.size))
    return tile


def pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    """Where a contiguous array's numbers are."""
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def size(value: int) -> ctypes.c_int64:
    """A C size."""
    return ctypes.c_int64(value)
