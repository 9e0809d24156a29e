"""Binary traits: a null model once, the score test for every variant, exact fits where it matters.

A variant whose score test is not worth a second look keeps its score result (SCORE); the others are
fitted with their own missing calls left out: by maximum likelihood (WALD), or with Firth's penalty (FIRTH)
where the classes are separated or the fit does not converge. With `--spa` rare variants in unbalanced traits
get the chance of their score (SPA): the carriers' cases are counted; of dosages it is a saddle point's.
"""

import ctypes

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits import dosage
from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.fits.design import Floats
from citywide.systems.genomics.engine.fits.rows import SCORE, SPA, Rows
from citywide.systems.genomics.engine.fits.screen import Block, Choice, tile_of, to_fit
from citywide.systems.genomics.engine.kernel import compiled, tails
from citywide.systems.genomics.engine.kernel.compiled import pointer, size
from citywide.systems.genomics.engine.kernel.states import FINE

SPA_COUNT = 20
SPA_FROM = -np.log10(0.05)


def scan_binary(block: Block, lanes: BinaryLanes, choice: Choice) -> Rows:
    """Score every variant of a block of 2-bit rows, or of dosages, then fit those that deserve it."""
    if compiled.library() is None:
        from citywide.systems.genomics.engine.fits.binary_plain import scan_binary as plain  # noqa: PLC0415 - rarely needed

        return plain(block, lanes, choice)
    tile = tile_of(block)
    calls, copies, statistic, variance, status = _score(block, lanes) if tile is None else dosage.score(tile, lanes)
    rows = _score_rows(calls, copies / np.maximum(2 * calls, 1), statistic, variance, status)
    strength = rows.minus_log10_p.copy()
    again = to_fit(rows, np.minimum(copies, 2 * calls - copies), lanes, choice)
    _refit(block, lanes, rows, again)
    if choice.spa:
        _saddle(block, lanes, rows, again[(_rare(copies, calls, lanes) & (strength > SPA_FROM))[again]])
    return rows


def _rare(copies: Floats, calls: NDArray[np.int32], lanes: BinaryLanes) -> NDArray[np.bool_]:
    smaller = min(lanes.cases, lanes.members - lanes.cases) / max(lanes.members, 1)
    return np.minimum(copies, 2 * calls - copies) * smaller < SPA_COUNT


def _score(raw: Block, lanes: BinaryLanes) -> dosage.Scored:
    library, variants = compiled.library(), len(raw)
    assert library is not None
    counts, status = np.empty((variants, 3), np.int32), np.empty(variants, np.uint8)
    statistic, variance, cases = np.empty(variants), np.empty(variants), np.empty(variants)
    group, weights = lanes.score_group, lanes.weights
    out = (counts, statistic, variance, cases, status)
    if library.score(pointer(raw), size(variants), ctypes.byref(group), pointer(weights), *map(pointer, out)):
        raise MemoryError
    calls, hets, twos = counts.T
    return np.ascontiguousarray(calls), (hets + 2.0 * twos), statistic, variance, status


def _score_rows(
    calls: NDArray[np.int32],
    frequency: Floats,
    statistic: Floats,
    variance: Floats,
    status: NDArray[np.uint8],
) -> Rows:
    fine = status == FINE
    safe = np.where(fine, variance, 1.0)
    beta = np.where(fine, statistic / safe, np.nan)
    error = np.where(fine, 1 / np.sqrt(safe), np.nan)
    strength = np.full(len(calls), np.nan)
    strength[fine] = tails.minus_log10_p(beta[fine] / error[fine])
    test = np.full(len(calls), SCORE, np.uint8)
    return Rows(calls, frequency, beta, error, strength, test, status.copy())


def _source(block: Block) -> tuple[ctypes.c_void_p, int, ctypes.c_int64]:
    """A block as the kernel wants it: where it is, whether it holds dosages, how long a row is."""
    return pointer(block), int(block.dtype == np.float32), size(block.shape[1])


def _refit(block: Block, lanes: BinaryLanes, rows: Rows, again: NDArray[np.int64]) -> None:
    """Replace the score results of `again` by exact fits."""
    library, count = compiled.library(), len(again)
    assert library is not None
    beta, error, strength = np.empty(count), np.empty(count), np.empty(count)
    test, status = np.empty(count, np.uint8), np.empty(count, np.uint8)
    out = (beta, error, strength, test, status)
    if library.fit_many(*_source(block), pointer(again), size(count), ctypes.byref(lanes.struct), *map(pointer, out)):
        raise MemoryError
    rows.beta[again], rows.error[again], rows.minus_log10_p[again] = beta, error, strength
    rows.test[again], rows.status[again] = test, status


def _saddle(block: Block, lanes: BinaryLanes, rows: Rows, rare: NDArray[np.int64]) -> None:
    """Give rare variants saddle-point p-values; beta is the score's, its error agrees with the p-value."""
    library, rare = compiled.library(), np.ascontiguousarray(rare)
    assert library is not None
    statistic, variance, strength = (np.empty(len(rare)) for _ in range(3))
    out = (statistic, variance, strength)
    if library.saddle_many(
        *_source(block), pointer(rare), size(len(rare)), ctypes.byref(lanes.saddle), *map(pointer, out)
    ):
        raise MemoryError
    good = np.isfinite(strength) & (strength > 0)
    chosen, beta = rare[good], (statistic / variance)[good]
    rows.beta[chosen], rows.minus_log10_p[chosen] = beta, strength[good]
    rows.error[chosen] = np.abs(beta) / tails.deviate(strength[good])
    rows.test[chosen], rows.status[chosen] = SPA, FINE
