"""People's columns as the kernel multiplies them: as four or five signed base-256 digits, so that sums are exact."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.kernel.compiled import library, pointer, size
from citywide.systems.genomics.engine.kernel.counting import Doubles

CHUNK = 256
TILE = 16


def dots(raw: NDArray[np.uint8], columns: NDArray[np.int8], what: int = 0) -> NDArray[np.int32]:
    """Exact products of genotypes (0 copies, 1 their squares, 2 missing) with int8 columns [people, c]."""
    packed = pack(columns)
    sums = np.empty((len(raw), packed.shape[2] * TILE), np.int32)
    kernel = library()
    assert kernel is not None, "there is no compiled kernel"
    tiles = packed.shape[2]
    kernel.dots(pointer(raw), size(len(raw)), size(raw.shape[1]), pointer(packed), tiles, what, pointer(sums))
    return sums[:, : columns.shape[1]]


def pair_mask(members: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """A 64-bit word for 32 people; the low bit of a person's pair says whether the person counts."""
    padded = np.zeros(-(-len(members) // 32) * 32, np.uint64)
    padded[: len(members)] = members
    shifts = np.arange(0, 64, 2, dtype=np.uint64)
    return (padded.reshape(-1, 32) << shifts).sum(axis=1, dtype=np.uint64)


def digits_of(columns: Doubles, traits: int) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32], Doubles]:
    """Columns as packed digits; with where each begins, how many digits it has and its unit's value."""
    parts, count, unit = column_digits(columns, traits)
    return layout(parts, count.tolist(), unit.tolist())


def column_digits(columns: Doubles, traits: int) -> tuple[list[NDArray[np.int8]], NDArray[np.int32], Doubles]:
    """Digits of each column, how many, and the value of the lowest digit's unit.

    Four digits leave an error of 2^-33 of the largest value; traits and columns with outliers get a fifth.
    """
    largest = np.abs(columns).max(axis=0, initial=0)
    typical = np.sqrt((columns**2).mean(axis=0))
    count = np.where(largest > 32 * typical, 5, 4).astype(np.int32)
    count[columns.shape[1] - traits :] = 5
    unit = np.where(largest > 0, largest, 1) / (0.49 * 256.0**count)
    return [_digits(columns[:, i] / unit[i], int(count[i])) for i in range(columns.shape[1])], count, unit


def layout(
    parts: list[NDArray[np.int8]], count: list[int], unit: list[float]
) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32], Doubles]:
    """Digit columns packed side by side with the tables that say where each is."""
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int32)
    return pack(np.hstack(parts)), first, np.array(count, np.int32), np.array(unit)


def pack(columns: NDArray[np.int8]) -> NDArray[np.int8]:
    """Columns in the kernel's order: [256 people][bit pair][tile of columns][quad][column][person]."""
    people, count = columns.shape
    tiles, chunks = -(-count // TILE), -(-people // CHUNK)
    room = np.zeros((chunks * CHUNK, tiles * TILE), np.int8)
    room[:people, :count] = columns
    parts = room.reshape(chunks, 16, 4, 4, tiles, TILE)
    return np.ascontiguousarray(parts.transpose(0, 3, 4, 1, 5, 2))


def _digits(values: Doubles, count: int) -> NDArray[np.int8]:
    rest = np.rint(values).astype(np.int64)
    out = np.empty((len(values), count), np.int8)
    for digit in range(count):
        low = ((rest + 128) & 255) - 128
        out[:, digit] = low
        rest = (rest - low) >> 8
    return out
