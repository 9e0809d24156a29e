"""Whether a scan's statistics are inflated, and by what: λ, and the LD-score regression of chi-square."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.people import founders
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.kernel.runs import followers
from citywide.systems.genomics.engine.qc.linkage import bits_of, moments, squared

CHI2_MEDIAN = NormalDist().inv_cdf(0.75) ** 2
CHUNK = 256
JACKKNIFE = 100


@dataclass(frozen=True)
class LdRegression:
    """χ² = intercept + slope · LD score: the intercept is confounding, the slope heritability (N h² / M)."""

    intercept: float
    intercept_error: float
    heritability: float
    heritability_error: float
    variants: int


def lambda_gc(strength: Doubles) -> float:
    """Median chi-square of the p-values (as -log10) over what chance alone would give; NaN for none."""
    known = strength[np.isfinite(strength)]
    if not len(known):
        return float("nan")
    middle = float(np.median(known))
    if middle > 15:
        return float("inf")
    return NormalDist().inv_cdf(10**-middle / 2) ** 2 / CHI2_MEDIAN if middle > 0 else 0.0


def ld_scores(
    bed: Bed,
    rows: NDArray[np.int64],
    chromosome: NDArray[np.int64],
    position: NDArray[np.int64],
    reach: int = 1_000_000,
    most: int = 300,
) -> Doubles:
    """For each variant 1 + the sum of adjusted r² with those within reach (at most `most` on each side)."""
    key = chromosome * (1 << 40) + position
    last = np.minimum(np.searchsorted(key, key + reach, "right"), np.arange(len(key)) + most + 1)
    people = founders(bed.people)
    scores = np.ones(len(rows))
    for first in range(0, len(rows), CHUNK):
        a, b = followers(first, last[first : first + CHUNK])
        if len(a):
            adjusted = _adjusted(bed, rows[a], rows[b], people)
            np.add.at(scores, a, adjusted)
            np.add.at(scores, b, adjusted)
    return scores


def _adjusted(bed: Bed, a: NDArray[np.int64], b: NDArray[np.int64], people: NDArray[np.bool_]) -> Doubles:
    """r² of pairs of rows of the file, less what chance alone gives."""
    order = np.unique(np.concatenate([a, b]))
    bits, _ = bits_of(bed, order, people)
    six = moments(bits, np.searchsorted(order, a), np.searchsorted(order, b))
    r2 = squared(six)
    return r2 - (1 - r2) / np.maximum(six[:, 0] - 2, 1)


def ld_regression(chi_square: Doubles, scores: Doubles, people: Doubles) -> LdRegression:
    """Weighted least squares with errors from a block jackknife (Bulik-Sullivan 2015); hits over 80 are
    left out.
    """
    kept = chi_square < np.maximum(80.0, 0.001 * people)
    chi, ld, n = chi_square[kept], np.maximum(scores[kept], 1.0), people[kept]
    if len(chi) < JACKKNIFE * 2:
        nothing = float("nan")
        return LdRegression(nothing, nothing, nothing, nothing, len(chi))
    share = ld * n / len(chi)
    rough = max((float(chi.mean()) - 1) / float(share.mean()), 0.0)
    whole, errors = _jackknife(chi, share, 1 / (ld * (1 + rough * share) ** 2))
    return LdRegression(float(whole[0]), float(errors[0]), float(whole[1]), float(errors[1]), len(chi))


def _jackknife(chi: Doubles, share: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    """The regression on all variants, and its errors from leaving blocks of them out."""
    parts = [_normal(chi[at], share[at], weight[at]) for at in np.array_split(np.arange(len(chi)), JACKKNIFE)]
    grams = np.array([gram for gram, _ in parts])
    sides = np.array([side for _, side in parts])
    whole = np.linalg.solve(grams.sum(axis=0), sides.sum(axis=0))
    left = np.array([np.linalg.solve(grams.sum(0) - g, sides.sum(0) - s) for g, s in zip(grams, sides, strict=True)])
    pseudo = JACKKNIFE * whole - (JACKKNIFE - 1) * left
    return whole, pseudo.std(axis=0, ddof=1) / np.sqrt(JACKKNIFE)


def _normal(chi: Doubles, share: Doubles, weight: Doubles) -> tuple[Doubles, Doubles]:
    design = np.stack([np.ones(len(chi)), share], axis=1)
    return design.T @ (design * weight[:, None]), design.T @ (weight * chi)
