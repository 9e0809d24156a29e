"""Least squares of a block of calls, every trait of a group at once."""

import ctypes
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits.design import Design, Floats
from citywide.systems.genomics.engine.fits.rows import LINEAR, Rows
from citywide.systems.genomics.engine.kernel.compiled import library, pointer, size
from citywide.systems.genomics.engine.kernel.digits import digits_of, pair_mask
from citywide.systems.genomics.engine.kernel.structs import GroupStruct
from citywide.systems.genomics.engine.kernel.tails import minus_log10_p_t


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


def linear(raw: NDArray[np.uint8], lanes: Lanes) -> Fits:
    """Least squares of every trait of the group on each variant of a raw block."""
    fits, kernel = empty_fits(len(raw), lanes.design.traits.shape[1]), library()
    if kernel is None:
        return _plain(raw, lanes, fits)
    out = (fits.counts, fits.status, fits.beta, fits.error, fits.minus_log10_p)
    if kernel.linear(pointer(raw), size(len(raw)), ctypes.byref(lanes.struct), *map(pointer, out)):
        raise MemoryError
    return fits


def _plain(raw: NDArray[np.uint8], lanes: Lanes, fits: Fits) -> Fits:
    from citywide.systems.genomics.engine.kernel.plain_linear import fit_block  # noqa: PLC0415 - numba loads slowly

    fits.beta.fill(np.nan)
    fits.error.fill(np.nan)
    who, df = np.flatnonzero(lanes.design.members), np.full(fits.beta.shape, np.nan)
    numbers = (fits.counts, fits.status, fits.beta, fits.error, df)
    fit_block(np.ascontiguousarray(raw), who, lanes.rows, lanes.design.basis.shape[1], *numbers)
    fits.minus_log10_p[:] = minus_log10_p_t(fits.beta / fits.error, df)
    fits.beta[:] *= lanes.design.norms[:, None]
    fits.error[:] *= lanes.design.norms[:, None]
    return fits


def empty_fits(variants: int, traits: int) -> Fits:
    """Room for a block's results."""
    shape = (traits, variants)
    counts, status = np.empty((variants, 3), np.int32), np.empty(shape, np.uint8)
    return Fits(counts, status, np.empty(shape), np.empty(shape), np.empty(shape))


def linear_rows(fits: Fits, trait: int) -> Rows:
    """One trait's rows of a block of least squares."""
    calls, hets, twos = fits.counts.T
    frequency = (hets + 2 * twos) / np.maximum(2 * calls, 1)
    test = np.full(len(calls), LINEAR, np.uint8)
    numbers = (fits.beta[trait], fits.error[trait], fits.minus_log10_p[trait])
    return Rows(np.ascontiguousarray(calls), frequency, *numbers, test, fits.status[trait])
