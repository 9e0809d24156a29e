"""Sums over people or over variants by tables of codes, each kernel with a numpy twin."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.counting import (
    LANES,
    NUMPY,
    Doubles,
    Floats,
    Words,
    best_level,
    call,
    codes,
    padded,
)

WHOLE = 2  # from this level on the kernel adds up people as a whole


def table_sums(packed: Words, values: Floats, level: int | None = None) -> Doubles:
    """For each row, the sum over columns of values[column, code, lane]: float64[rows, 16]."""
    level = best_level() if level is None else level
    columns = packed.shape[1] * 32
    values = _columns(values, columns)
    if level == NUMPY:
        found = codes(packed)
        return sum(((found == code) @ values[:, code].astype(np.float64) for code in range(4)), np.zeros(1))
    out = np.zeros((len(packed), LANES))
    call("table_sums", level, packed, len(packed), columns // 16, columns // 16, values, out)
    return out


def _columns(values: Floats, columns: int) -> Floats:
    if len(values) == columns:
        return np.ascontiguousarray(values, np.float32)
    out = np.zeros((columns, *values.shape[1:]), np.float32)
    out[: len(values)] = values
    return out


def missing_sums(packed: Words, lanes: Doubles, level: int | None = None) -> Doubles:
    """For each row, the sum of lanes[column] over its missing calls: float64[rows, 16]."""
    level = best_level() if level is None else level
    columns = packed.shape[1] * 32
    full = np.zeros((columns, LANES))
    full[: len(lanes)] = lanes
    if level == NUMPY:
        return (codes(packed) == 1) @ full
    out = np.zeros((len(packed), LANES))
    call("missing_sums", level, packed, len(packed), packed.shape[1], packed.shape[1], full, out)
    return out


def turned(packed: Words, level: int | None = None) -> Words:
    """Rows of variants to rows of people: uint64[32 · words, rows / 32]; the rows must be a multiple of
    256.
    """
    level = best_level() if level is None else level
    rows, words = packed.shape
    assert rows % 256 == 0
    if level == NUMPY:
        return _packed(codes(packed).T)
    out = np.empty((words * 32, rows // 32), np.uint64)
    assert packed.strides[1] == 8
    call("turn", level, packed, rows, words * 2, packed.strides[0] // 4, out, rows // 16)
    return out


def _packed(found: NDArray[np.uint8]) -> Words:
    quads = np.ascontiguousarray(found).reshape(len(found), -1, 4) << np.array([0, 2, 4, 6], np.uint8)
    return np.bitwise_or.reduce(quads, axis=2).view(np.uint64)


def person_sums(raw: NDArray[np.uint8], values: Floats, out: Doubles, people: slice, level: int | None = None) -> None:
    """Add to out[person, lane] the sum over variants of values[variant, code, lane], for a slice of people.

    The slice begins at a multiple of 256; `out` has a row for every person of the file.
    """
    level = best_level() if level is None else level
    if level < WHOLE:
        _by_tables(raw, values, out, people, level)
        return
    lanes, filled = values.shape[2], np.ascontiguousarray(values, np.float32)
    shape = (len(raw), raw.shape[1], raw.strides[0], people.start, people.stop)
    if call("person_sums", level, raw, *shape, filled, lanes, out):
        raise MemoryError


def _by_tables(raw: NDArray[np.uint8], values: Floats, out: Doubles, people: slice, level: int) -> None:
    """The same where no kernel does it as a whole: people as rows, 16 lanes at a time."""
    packed = padded(raw[:, people.start // 4 : -(-people.stop // 4)], -(-len(raw) // 256) * 256)
    rows = turned(packed, level)[: people.stop - people.start]
    for lane in range(0, values.shape[2], LANES):
        some = values[:, :, lane : lane + LANES]
        full = np.zeros((*some.shape[:2], LANES), np.float32)
        full[:, :, : some.shape[2]] = some
        out[people, lane : lane + LANES] += table_sums(rows, full, level)[:, : some.shape[2]]
