"""The compiled kernel through ctypes, and how people's columns are laid out for it.

A column is written as four or five signed base-256 digits, so that the products with genotypes are exact
integers and every level (AMX tiles, AVX-512 VNNI, AVX2, plain C) gives the same numbers. Without the compiled
part the same functions run in numba (`fallback.py`). CITYWIDE_KERNEL=amx|vnni|avx2|plain|numba asks for less.
"""

import ctypes
import os
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from typing import Self

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.design import Design

Floats = NDArray[np.float64]
LEVELS = ("plain", "avx2", "vnni", "amx")
FINE, NO_CALLS, ONE_GENOTYPE, TOO_FEW, COLLINEAR, NO_VARIANCE = range(6)
NOTES = (
    "ok",
    "no calls",
    "one genotype",
    "too few people",
    "collinear with covariates",
    "trait does not vary",
)
CHUNK = 256
TILE = 16


class View(ctypes.Structure):
    """A C structure that points into arrays, and keeps them for as long as it is itself kept."""

    arrays: tuple[NDArray[np.generic], ...] = ()

    @classmethod
    def of(cls, sizes: tuple[int, ...], arrays: tuple[NDArray[np.generic], ...]) -> Self:
        """The structure of these sizes and arrays, in the order of its fields."""
        view = cls(*sizes, *(array.ctypes.data for array in arrays))
        view.arrays = arrays
        return view


class GroupStruct(View):
    """The C side's `Group`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("people", "bytes", "members")),
        *((name, ctypes.c_int32) for name in ("covariates", "traits", "width", "tiles")),
        *((name, ctypes.c_void_p) for name in ("mask", "rows", "digits")),
        *((name, ctypes.c_void_p) for name in ("column_first", "column_digits", "column_unit", "trait_norm")),
    )


@dataclass(frozen=True)
class Fits:
    """Results of a block: counts [variants, 3] are calls, hets, two copies; the rest [traits, variants]."""

    counts: NDArray[np.int32]
    status: NDArray[np.uint8]
    beta: Floats
    error: Floats
    minus_log10_p: Floats


class Lanes:
    """A design laid out for the kernel: its mask, rows and digits, made once and used by every thread."""

    def __init__(self, design: Design) -> None:
        """Spread the design's columns over all people of the file; outsiders get zeros."""
        self.design = design
        self.people = len(design.members)
        self.bytes = (self.people + 3) // 4
        columns = np.zeros((self.people, design.basis.shape[1] + design.traits.shape[1]))
        columns[design.members] = np.hstack([design.basis, design.traits])
        self.columns = columns
        self.mask = pair_mask(design.members)

    @cached_property
    def rows(self) -> Floats:
        """People's rows 1, covariates, traits, padded to whole vectors."""
        width = -(-(self.columns.shape[1] + 1) // 8) * 8
        rows = np.zeros((self.people, width))
        rows[:, 0] = self.design.members
        rows[:, 1 : self.columns.shape[1] + 1] = self.columns
        return rows

    @cached_property
    def struct(self) -> GroupStruct:
        """The C view."""
        digits, first, count, unit = digits_of(self.columns, self.design.traits.shape[1])
        arrays = (self.mask, self.rows, digits, first, count, unit, np.ascontiguousarray(self.design.norms))
        sizes = (self.people, self.bytes, self.design.count, self.design.basis.shape[1])
        shape = (self.design.traits.shape[1], self.rows.shape[1], digits.shape[2])
        return GroupStruct.of((*sizes, *shape), arrays)


@cache
def library() -> ctypes.CDLL | None:
    """The compiled kernel, or None where it was not built or is not wanted."""
    wanted = os.environ.get("CITYWIDE_KERNEL", "")
    spec = find_spec("citywide.systems.genomics.engine._kernel")
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


def linear(raw: NDArray[np.uint8], lanes: Lanes) -> Fits:
    """Least squares of every trait of the group on each variant of a raw block."""
    kernel = library()
    if kernel is None:
        from citywide.systems.genomics.engine.fallback import linear as plain  # noqa: PLC0415 - numba loads slowly

        return plain(raw, lanes)
    fits = empty_fits(len(raw), lanes.design.traits.shape[1])
    out = (fits.counts, fits.status, fits.beta, fits.error, fits.minus_log10_p)
    failed = kernel.linear(pointer(raw), size(len(raw)), ctypes.byref(lanes.struct), *map(pointer, out))
    if failed:
        raise MemoryError
    return fits


def dots(raw: NDArray[np.uint8], columns: NDArray[np.int8], what: int = 0) -> NDArray[np.int32]:
    """Exact products of genotypes (0 copies, 1 their squares, 2 missing) with int8 columns [people, c]."""
    packed = pack(columns)
    sums = np.empty((len(raw), packed.shape[2] * TILE), np.int32)
    kernel = library()
    assert kernel is not None, "there is no compiled kernel"
    tiles = packed.shape[2]
    kernel.dots(pointer(raw), size(len(raw)), size(raw.shape[1]), pointer(packed), tiles, what, pointer(sums))
    return sums[:, : columns.shape[1]]


def negatives_to_nan(tile: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same tile, with NaN wherever it was below zero."""
    kernel = library()
    if kernel is None:
        tile[tile < 0] = np.nan
    else:
        kernel.negatives_to_nan(pointer(tile), size(tile.size))
    return tile


def empty_fits(variants: int, traits: int) -> Fits:
    """Room for a block's results."""
    shape = (traits, variants)
    counts, status = np.empty((variants, 3), np.int32), np.empty(shape, np.uint8)
    return Fits(counts, status, np.empty(shape), np.empty(shape), np.empty(shape))


def pair_mask(members: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """A 64-bit word for 32 people; the low bit of a person's pair says whether the person counts."""
    padded = np.zeros(-(-len(members) // 32) * 32, np.uint64)
    padded[: len(members)] = members
    shifts = np.arange(0, 64, 2, dtype=np.uint64)
    return (padded.reshape(-1, 32) << shifts).sum(axis=1, dtype=np.uint64)


def digits_of(columns: Floats, traits: int) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32], Floats]:
    """Columns as packed digits; with where each begins, how many digits it has and its unit's value."""
    parts, count, unit = column_digits(columns, traits)
    return layout(parts, count.tolist(), unit.tolist())


def column_digits(columns: Floats, traits: int) -> tuple[list[NDArray[np.int8]], NDArray[np.int32], Floats]:
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
) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.int32], Floats]:
    """Digit columns packed side by side with the tables that say where each is."""
    first = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int32)
    return pack(np.hstack(parts)), first, np.array(count, np.int32), np.array(unit)


def minus_log10_p(z: Floats) -> Floats:
    """Two-sided normal p-values as -log10."""
    library_here = library()
    if library_here is None:
        from citywide.systems.genomics.engine.fallback import minus_log10_p_z  # noqa: PLC0415 - loads scipy

        return minus_log10_p_z(z)
    z, out = np.ascontiguousarray(z), np.empty(len(z))
    library_here.minus_log10_p_z_many(size(len(z)), pointer(z), pointer(out))
    return out


def deviate(strength: Floats) -> Floats:
    """The normal deviate whose two-sided p-value has this -log10, by Newton's method on the logarithm."""
    z = np.sqrt(np.maximum(2 * np.log(10) * strength - np.log(np.maximum(strength, 0.3)), 1e-3))
    for _ in range(30):
        gap = minus_log10_p(z) - strength
        slope = (minus_log10_p(z * (1 + 1e-6)) - minus_log10_p(z)) / (z * 1e-6)
        z = np.maximum(z - gap / slope, z / 4)
    return z


def pack(columns: NDArray[np.int8]) -> NDArray[np.int8]:
    """Columns in the kernel's order: [256 people][bit pair][tile of columns][quad][column][person]."""
    people, count = columns.shape
    tiles, chunks = -(-count // TILE), -(-people // CHUNK)
    room = np.zeros((chunks * CHUNK, tiles * TILE), np.int8)
    room[:people, :count] = columns
    parts = room.reshape(chunks, 16, 4, 4, tiles, TILE)
    return np.ascontiguousarray(parts.transpose(0, 3, 4, 1, 5, 2))


def pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    """Where a contiguous array's numbers are."""
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)


def size(value: int) -> ctypes.c_int64:
    """A C size."""
    return ctypes.c_int64(value)


def _digits(values: Floats, count: int) -> NDArray[np.int8]:
    rest = np.rint(values).astype(np.int64)
    out = np.empty((len(values), count), np.int8)
    for digit in range(count):
        low = ((rest + 128) & 255) - 128
        out[:, digit] = low
        rest = (rest - low) >> 8
    return out
