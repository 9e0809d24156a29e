"""Least squares on dosages in numpy, for machines without the compiled kernel, and to test that against."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits.design import Design, Floats
from citywide.systems.genomics.engine.fits.rows import LINEAR, Rows
from citywide.systems.genomics.engine.kernel.states import COLLINEAR, FINE, NO_CALLS, NO_VARIANCE, ONE_GENOTYPE, TOO_FEW
from citywide.systems.genomics.engine.kernel.tails import minus_log10_p_t

DEPENDENT = 1e-9
CONSTANT = 1e-13
STRIP = 64


@dataclass(frozen=True)
class Sums:
    """What a variant's called people add up to: a row a variant, gone is what the missing ones would have added."""

    calls: Floats
    ones: Floats
    squares: Floats
    dots: Floats
    gone: Floats


def linear(tile: NDArray[np.float32], design: Design, impute: bool = False) -> list[Rows]:
    """Each trait's rows of a tile; `impute` puts a variant's mean in the place of its missing calls."""
    columns = np.column_stack([np.ones(design.count), design.basis, design.traits])
    inside = tile if design.members.all() else tile[:, design.members]
    strips = [sums(inside[at : at + STRIP], columns, impute) for at in range(0, len(inside), STRIP)]
    whole = Sums(*(np.concatenate(parts) for parts in zip(*(vars(strip).values() for strip in strips), strict=True)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _fit(whole, design)


def sums(strip: NDArray[np.float32], columns: Floats, impute: bool = False) -> Sums:
    """Products of a strip (NaN where missing) with 1, covariates and traits, in double precision."""
    full = strip.astype(np.float64)
    ones = full.sum(axis=1)
    gone = np.zeros((len(strip), columns.shape[1], columns.shape[1]))
    holed = np.flatnonzero(np.isnan(ones))
    if len(holed):
        gone[holed] = _fill(full, holed, columns, impute)
        ones = full.sum(axis=1)
    calls = len(columns) - gone[:, 0, 0]
    return Sums(calls, ones, np.einsum("ij,ij->i", full, full), (full @ columns)[:, 1:], gone)


def _fill(full: Floats, holed: NDArray[np.int64], columns: Floats, impute: bool) -> Floats:
    """Put 0 (or the variant's mean) where a call is missing; what the missing people would have added."""
    some = full[holed]
    absent = np.isnan(some)
    some[absent] = 0
    counts = absent.sum(axis=1)
    means = some.sum(axis=1) / np.maximum(absent.shape[1] - counts, 1)
    known = counts < absent.shape[1]
    if impute:
        some += np.where(absent, means[:, None], 0.0)
    full[holed] = some
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    missing = columns[np.nonzero(absent)[1]]
    gone = np.add.reduceat(missing[:, :, None] * missing[:, None, :], starts, axis=0)
    return np.where((known & impute)[:, None, None], 0.0, gone)


def _fit(seen: Sums, design: Design) -> list[Rows]:
    k, mean = design.basis.shape[1], seen.ones / seen.calls
    inverse, rank = _inverse(seen, k)
    away = seen.gone[:, 1 : k + 1, 0]
    along = seen.dots[:, :k] + mean[:, None] * away
    spread = seen.squares - seen.ones * mean
    left = spread - _quadratic(along, inverse, along)
    state = np.full(len(mean), FINE, np.uint8)
    state[left < 1e-10 * spread] = COLLINEAR
    state[seen.calls - rank - 2 < 1] = TOO_FEW
    state[spread <= CONSTANT * seen.squares] = ONE_GENOTYPE
    state[seen.calls == 0] = NO_CALLS
    return [
        _trait(seen, design, at, (inverse, along, left, seen.calls - rank - 2, state)) for at in range(_width(design))
    ]


def _trait(
    seen: Sums, design: Design, at: int, shared: tuple[Floats, Floats, Floats, Floats, NDArray[np.uint8]]
) -> Rows:
    inverse, along, left, df, state = shared
    k, norm = design.basis.shape[1], design.norms[at]
    lane, first = 1 + k + at, seen.gone[:, 1 + k + at, 0]
    part = -seen.gone[:, lane, 1 : k + 1] - seen.gone[:, 1 : k + 1, 0] * (first / seen.calls)[:, None]
    together = seen.dots[:, k + at] + seen.ones / seen.calls * first - _quadratic(along, inverse, part)
    rest = 1 - seen.gone[:, lane, lane] - first**2 / seen.calls - _quadratic(part, inverse, part)
    status = np.where((state == FINE) & (rest < 1e-12), NO_VARIANCE, state).astype(np.uint8)
    good = status == FINE
    beta = np.where(good, together / left, np.nan)
    error = np.where(good, np.sqrt(np.maximum(rest - together**2 / left, 1e-15 * rest) / (df * left)), np.nan)
    strength = np.full(len(beta), np.nan)
    strength[good] = minus_log10_p_t((beta / error)[good], df[good])
    test = np.full(len(beta), LINEAR, np.uint8)
    frequency = np.where(seen.calls > 0, seen.ones / (2 * seen.calls), 0.0)
    return Rows(seen.calls.astype(np.int32), frequency, beta * norm, error * norm, strength, test, status)


def _inverse(seen: Sums, k: int) -> tuple[Floats, Floats]:
    """The covariates' Gram matrix among called people, inverted where it can be, and its rank."""
    inverse, rank = np.broadcast_to(np.eye(k), (len(seen.calls), k, k)).copy(), np.full(len(seen.calls), float(k))
    some = np.flatnonzero(seen.gone[:, 0, 0] > 0)
    away, calls = seen.gone[some, 1 : k + 1, 0], np.maximum(seen.calls[some], 1)
    gram = np.eye(k) - seen.gone[some, 1 : k + 1, 1 : k + 1]
    gram -= away[:, :, None] * away[:, None, :] / calls[:, None, None]
    values, vectors = np.linalg.eigh(gram)
    kept = values > DEPENDENT
    inverse[some] = np.einsum("vab,vb,vcb->vac", vectors, kept / np.where(kept, values, 1.0), vectors)
    rank[some] = kept.sum(axis=1)
    return inverse, rank


def _quadratic(left: Floats, inverse: Floats, right: Floats) -> Floats:
    return np.einsum("va,vab,vb->v", left, inverse, right)


def _width(design: Design) -> int:
    return design.traits.shape[1]
