"""Least squares on dosages: a tile times all columns at once, missing people taken out of each variant exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.design import Design, Floats
from citywide.systems.genomics.engine.kernel import COLLINEAR, FINE, NO_CALLS, NO_VARIANCE, ONE_GENOTYPE, TOO_FEW
from citywide.systems.genomics.engine.output import LINEAR, Rows

DEPENDENT = 1e-9


@dataclass(frozen=True)
class Sums:
    """What a variant's called people add up to: a row a variant, gone is what the missing ones would have added."""

    calls: Floats
    ones: Floats
    squares: Floats
    dots: Floats
    gone: Floats
    same: NDArray[np.bool_]


def sums(tile: NDArray[np.float32], design: Design, impute: bool = False) -> Sums:
    """Products of a tile (NaN where missing) with 1, covariates and traits, in double precision."""
    columns = np.column_stack([np.ones(design.count), design.basis, design.traits])
    full = tile[:, design.members].astype(np.float64)
    absent = np.isnan(full)
    same = _same(full, absent)
    full[absent] = 0
    if impute:
        _fill(full, absent)
    gone = np.zeros((len(tile), columns.shape[1], columns.shape[1]))
    for row in np.flatnonzero(absent.any(axis=1)):
        missing = columns[absent[row]]
        gone[row] = missing.T @ missing
    dots = full @ columns
    squares = np.einsum("ij,ij->i", full, full)
    return Sums(design.count - absent.sum(axis=1).astype(np.float64), dots[:, 0], squares, dots[:, 1:], gone, same)


def linear(tile: NDArray[np.float32], design: Design, impute: bool = False) -> list[Rows]:
    """Each trait's rows of a tile; `impute` puts a variant's mean in the place of its missing calls."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _fit(sums(tile, design, impute), design)


def _fill(full: Floats, absent: NDArray[np.bool_]) -> None:
    """The mean of who is called for who is not; a variant that nobody is called at stays missing."""
    calls = (~absent).sum(axis=1)
    some = calls > 0
    means = full.sum(axis=1) / np.maximum(calls, 1)
    full += np.where(absent & some[:, None], means[:, None], 0.0)
    absent[some] = False


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
    state[seen.same] = ONE_GENOTYPE
    state[seen.calls == 0] = NO_CALLS
    return [
        _trait(seen, design, at, (inverse, along, left, seen.calls - rank - 2, state)) for at in range(_width(design))
    ]


def _trait(
    seen: Sums, design: Design, at: int, shared: tuple[Floats, Floats, Floats, Floats, NDArray[np.uint8]]
) -> Rows:
    from citywide.systems.genomics.engine.fallback import minus_log10_p_t  # noqa: PLC0415 - numba loads slowly

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


def _same(full: Floats, absent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Variants whose called people all have one dosage."""
    low = np.where(absent, np.inf, full).min(axis=1)
    return low == np.where(absent, -np.inf, full).max(axis=1)


def _width(design: Design) -> int:
    return design.traits.shape[1]
