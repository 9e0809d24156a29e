"""Dosages (float32[variants, people], NaN where missing) through the compiled kernel, in double precision.

Every variant is fitted on exactly the people it was called in; `dosage_plain` does the same without a compiler.
"""

import ctypes
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.fits.design import Floats
from citywide.systems.genomics.engine.fits.linear import Lanes, empty_fits
from citywide.systems.genomics.engine.fits.rows import LINEAR, Rows
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.compiled import pointer, size
from citywide.systems.genomics.engine.kernel.structs import Columns

STRIP = 512
LINE = 64
Tile = NDArray[np.float32]
Scored = tuple[NDArray[np.int32], Floats, Floats, Floats, NDArray[np.uint8]]


def columns_of(rows: Floats, count: int, weights: Floats) -> Columns:
    """People's columns twice: in strips for the products, in rows for who is missing.

    `rows` are [people, width], zero for outsiders; the first of `count` columns says who counts.
    """
    people, width = rows.shape
    strips, padded = -(-people // STRIP), -(-count // 4) * 4
    values, room = aligned(strips * padded * STRIP), aligned(strips * STRIP)
    spread = np.zeros((strips * STRIP, padded))
    spread[:people, :count] = rows[:, :count]
    values.reshape(strips, padded, STRIP)[:] = spread.reshape(strips, STRIP, padded).transpose(0, 2, 1)
    room[:people] = weights
    sizes = (people, strips, int(rows[:, 0].sum()), count, padded, width)
    return Columns.of(sizes, (values, room, np.ascontiguousarray(rows)))


def aligned(count: int) -> Floats:
    """Doubles that begin at a line of the cache, all zero."""
    room = np.zeros(count + LINE // 8)
    first = -room.ctypes.data % LINE // 8
    return room[first : first + count]


@lru_cache(maxsize=64)
def linear_columns(lanes: Lanes) -> Columns:
    """A group's people, covariates and traits."""
    return columns_of(lanes.rows, 1 + lanes.columns.shape[1], lanes.rows[:, 0])


@lru_cache(maxsize=64)
def binary_columns(lanes: BinaryLanes) -> Columns:
    """Who counts, the whitened and weighted covariates, the null model's residual and weight."""
    columns = np.vstack([np.ones(lanes.padded), lanes.white * lanes.weight, lanes.ill - lanes.risk, lanes.weight])
    rows = np.zeros((len(lanes.design.members), -(-len(columns) // 8) * 8))
    rows[lanes.who, : len(columns)] = columns[:, : lanes.members].T
    return columns_of(rows, len(columns), rows[:, len(columns) - 1])


def linear(tile: Tile, lanes: Lanes, impute: bool = False) -> list[Rows]:
    """Each trait's rows of a tile; `impute` puts a variant's mean in the place of its missing calls."""
    library = compiled.library()
    if library is None:
        from citywide.systems.genomics.engine.fits.dosage_plain import linear as plain  # noqa: PLC0415 - rarely needed

        return plain(tile, lanes.design, impute)
    fits, calls, ones = empty_fits(len(tile), len(lanes.design.names)), *_counted(len(tile))
    out = (calls, ones, fits.status, fits.beta, fits.error, fits.minus_log10_p)
    views = ctypes.byref(lanes.struct), ctypes.byref(linear_columns(lanes))
    if library.dosage_linear(pointer(tile), size(len(tile)), *views, int(impute), *map(pointer, out)):
        raise MemoryError
    test = np.full(len(tile), LINEAR, np.uint8)
    columns = zip(fits.beta, fits.error, fits.minus_log10_p, fits.status, strict=True)
    frequency = ones / np.maximum(2 * calls, 1)
    return [Rows(calls, frequency, beta, error, strength, test, status) for beta, error, strength, status in columns]


def score(tile: Tile, lanes: BinaryLanes) -> Scored:
    """Calls, copies, score statistic, its variance and the status of each variant."""
    library, many = compiled.library(), len(tile)
    assert library is not None
    calls, ones = _counted(many)
    out = (calls, ones, np.empty(many), np.empty(many), np.empty(many, np.uint8))
    views = ctypes.byref(binary_columns(lanes)), ctypes.c_double(lanes.weight.sum())
    if library.dosage_score(pointer(tile), size(many), *views, *map(pointer, out)):
        raise MemoryError
    return out


def _counted(many: int) -> tuple[NDArray[np.int32], Floats]:
    return np.empty(many, np.int32), np.empty(many)
