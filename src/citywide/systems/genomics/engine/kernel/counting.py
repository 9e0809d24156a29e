"""The small C kernels of popcount.c, each with a numpy twin for machines without a compiler.

Rows of genotypes are uint64 words, 32 people a word in PLINK's codes, padded to whole 64-byte lines
(`padded`). `level` picks the code: 2 AVX-512, 1 AVX2, 0 plain C, -1 numpy; every level gives the same
integers.
"""

import ctypes
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.compiled import library

Words = NDArray[np.uint64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Counts = NDArray[np.int32]
NUMPY = -1
LINE = 64
LANES = 16
BLOCK = 512
EACH = np.uint64(0x5555555555555555)


@cache
def best_level() -> int:
    """The fastest level this machine can run."""
    found = library()
    return int(found.bits_best_level()) if found else NUMPY


def levels() -> range:
    """Every level this machine can run, numpy first."""
    return range(NUMPY, best_level() + 1)


def call(name: str, level: int, *arguments: NDArray[np.generic] | float | None) -> int:
    """Call a kernel at a level; arrays go by address."""
    found = library()
    assert found is not None
    return int(getattr(found, f"bits_{name}")(level, *map(_argument, arguments)))


def _argument(value: NDArray[np.generic] | float | None) -> object:
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    return ctypes.c_double(value) if isinstance(value, float) else ctypes.c_long(value or 0)


def padded(raw: NDArray[np.uint8], rows: int | None = None) -> Words:
    """Raw .bed rows as whole 64-byte lines (and `rows` rows); what is added is zero and must be masked."""
    width = -(-raw.shape[1] // LINE) * LINE
    out = np.zeros((len(raw) if rows is None else rows, width), np.uint8)
    out[: len(raw), : raw.shape[1]] = raw
    return out.view(np.uint64)


def mask_of(people: NDArray[np.bool_], words: int) -> Words:
    """A row with 01 in each chosen column, as the counting kernels want it."""
    pairs = np.zeros((words * 32, 2), np.bool_)
    pairs[: len(people), 0] = people
    return np.packbits(pairs.reshape(-1), bitorder="little").view(np.uint64)


def codes(packed: Words) -> NDArray[np.uint8]:
    """The 2-bit codes of packed rows, one a byte (for the numpy twins)."""
    quads = np.ascontiguousarray(packed).view(np.uint8)[..., None] >> np.array([0, 2, 4, 6], np.uint8)
    return (quads & np.uint8(3)).reshape(len(packed), -1)


def code_counts(raw: NDArray[np.uint8], mask: Words, level: int | None = None) -> NDArray[np.int64]:
    """How many columns of the mask hold codes 0, 1, 2, 3, for raw rows: int64[rows, 4]."""
    level = best_level() if level is None else level
    out = np.zeros((len(raw), 4), np.int64)
    if level == NUMPY:
        counted = codes(padded(raw))[:, np.flatnonzero(codes(mask[None])[0] == 1)]
        return np.stack([(counted == code).sum(1) for code in range(4)], axis=1).astype(np.int64)
    call("code_counts", level, raw, len(raw), raw.shape[1], raw.strides[0], mask, out)
    return out


def planes(packed: Words, mask: Words, level: int | None = None) -> tuple[Words, Words, Words]:
    """Rows of bits: homozygous, homozygous without allele 1, missing; columns outside the mask are none of
    them.
    """
    level = best_level() if level is None else level
    rows, words = packed.shape
    if level == NUMPY:
        found, here = codes(packed), codes(mask[None])[0] == 1
        kinds = [(found == 0) | (found == 3), found == 3, found == 1]
        same, none, gone = (np.packbits(kind & here, axis=1, bitorder="little") for kind in kinds)
        return same.view(np.uint64), none.view(np.uint64), gone.view(np.uint64)
    out = [np.zeros((rows, words // 2), np.uint64) for _ in range(3)]
    call("planes", level, packed, rows, words, words, mask, *out, words)
    return out[0], out[1], out[2]


def decode(raw: NDArray[np.uint8], people: int, table: Floats) -> Floats:
    """One float a call: table[row, code] for each of the raw rows: float32[rows, people]."""
    table = np.ascontiguousarray(table, np.float32)
    out = np.empty((len(raw), people), np.float32)
    if best_level() == NUMPY:
        found = codes(padded(raw))[:, :people]
        return np.take_along_axis(table, found.astype(np.intp), axis=1)
    flat = np.ascontiguousarray(raw)
    found = library()
    assert found is not None
    found.bits_decode(*map(_argument, (flat, len(raw), people, raw.shape[1], table, out)))
    return out


def spans(count: int, threads: int, multiple: int = 1) -> Iterator[slice]:
    """`count` cut in about `threads` slices that begin at multiples."""
    size = -(-count // (max(threads, 1) * multiple)) * multiple
    return (slice(first, min(first + size, count)) for first in range(0, count, size))


def each(threads: int, work: Callable[[slice], None], parts: Iterator[slice]) -> None:
    """Do the work for every part on so many threads (the kernels let go of the interpreter's lock)."""
    if threads <= 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, parts))
