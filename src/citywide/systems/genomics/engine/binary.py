"""Binary traits: a null model once, the score test for every variant, exact fits where it matters.

A variant whose score test is not worth a second look keeps its score result (SCORE); the others are
fitted with their own missing calls left out: by maximum likelihood (WALD), or with Firth's penalty (FIRTH)
where the classes are separated or the fit does not converge. With `--spa` rare variants in unbalanced traits
get saddle-point p-values (SPA).
"""

import ctypes
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import dosage, kernel
from citywide.systems.genomics.engine.bed import decode
from citywide.systems.genomics.engine.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.design import Floats
from citywide.systems.genomics.engine.kernel import FINE, pointer, size
from citywide.systems.genomics.engine.output import SCORE, SPA, Rows

RARE_COUNT = 50
RARE_SCREEN = 0.12
SPA_COUNT = 20
SPA_FROM = -np.log10(0.05)
Block = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True)
class Choice:
    """How far a scan goes beyond the score test."""

    firth: str = "fallback"
    screen: float = 0.06
    spa: bool = False


def scan_binary(block: Block, lanes: BinaryLanes, choice: Choice) -> Rows:
    """Score every variant of a block of 2-bit rows, or of dosages, then fit those that deserve it."""
    if kernel.library() is None:
        from citywide.systems.genomics.engine.fallback import scan_binary as plain  # noqa: PLC0415 - rarely needed

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


def tile_of(block: Block) -> NDArray[np.float32] | None:
    """The block as dosages, None where it is 2-bit rows."""
    return cast("NDArray[np.float32]", block) if block.dtype == np.float32 else None


def copies_in(block: Block, people: int) -> Floats:
    """Copies or dosages as doubles, -1 where missing."""
    tile = tile_of(block)
    if tile is not None:
        return np.nan_to_num(tile.astype(np.float64), nan=-1)
    return decode(cast("NDArray[np.uint8]", block), people).astype(np.float64)


def to_fit(rows: Rows, minor: Floats, lanes: BinaryLanes, choice: Choice) -> NDArray[np.int64]:
    """Which variants are fitted: those below the screen, a wider one where minor alleles are few."""
    smaller = min(lanes.cases, lanes.members - lanes.cases) / max(lanes.members, 1)
    rough = minor * smaller < RARE_COUNT
    limit = -np.log10(np.where(rough, max(choice.screen, RARE_SCREEN), max(choice.screen, 1e-300)))
    return np.flatnonzero((rows.status == FINE) & (rows.minus_log10_p > limit))


def _rare(copies: Floats, calls: NDArray[np.int32], lanes: BinaryLanes) -> NDArray[np.bool_]:
    smaller = min(lanes.cases, lanes.members - lanes.cases) / max(lanes.members, 1)
    return np.minimum(copies, 2 * calls - copies) * smaller < SPA_COUNT


def _score(raw: Block, lanes: BinaryLanes) -> dosage.Scored:
    library, variants = kernel.library(), len(raw)
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
    strength[fine] = kernel.minus_log10_p(beta[fine] / error[fine])
    test = np.full(len(calls), SCORE, np.uint8)
    return Rows(calls, frequency, beta, error, strength, test, status.copy())


def _source(block: Block) -> tuple[ctypes.c_void_p, int, ctypes.c_int64]:
    """A block as the kernel wants it: where it is, whether it holds dosages, how long a row is."""
    return pointer(block), int(block.dtype == np.float32), size(block.shape[1])


def _refit(block: Block, lanes: BinaryLanes, rows: Rows, again: NDArray[np.int64]) -> None:
    """Replace the score results of `again` by exact fits."""
    library, count = kernel.library(), len(again)
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
    library, rare = kernel.library(), np.ascontiguousarray(rare)
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
    rows.error[chosen] = np.abs(beta) / kernel.deviate(strength[good])
    rows.test[chosen], rows.status[chosen] = SPA, FINE
