"""The same fits in float64 by other means: least squares by QR, logistic and Firth by Newton's steps in numpy."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, stdtr

from benchmarks._gwas_cohorts import prefix
from benchmarks._gwas_tables import NAME, STRENGTH, SUGGESTIVE, TEST, numbers, plink_strengths, rows_of
from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.files.tables import align, read_table

Floats = NDArray[np.float64]
CHECKED, CONVERGED = 1_000, 500
PLINK_STOPS = 1e-4


def people_of(folder: Path, trait: str) -> tuple[Bed, Floats, Floats]:
    """The genotypes, the trait and the covariates of a folder's people."""
    bed = open_bed(prefix(folder))
    values = align(read_table(folder / "pheno.tsv").only([trait]), bed.people)[:, 0]
    return bed, values, align(read_table(folder / "covar.tsv"), bed.people)


def against_float64(folder: Path, table: Path) -> float:
    """Largest relative error against float64 least squares (QR) on 1,000 variants, the top hits among them.

    An estimate is compared on the larger of its size and its standard error, a p-value on its log10.
    """
    bed, trait, covariates = people_of(folder, "quantity")
    row_of, rows = _row_of(bed), numbers(table)
    places = [row_of[row[NAME]] for row in rows_of(table)]
    top = np.argsort(-rows[:, 2])[: CHECKED // 5]
    rest = np.random.default_rng(1).choice(len(rows), min(CHECKED - len(top), len(rows)), replace=False)
    chosen = np.unique(np.concatenate([top, rest]))
    return max(_error(bed.decode(places[at], 1)[0], trait, covariates, rows[at]) for at in chosen)


def _row_of(bed: Bed) -> dict[str, int]:
    return {name: row for row, name in enumerate(bed.variants.id().astype(str).tolist())}


def _error(copies: NDArray[np.int8], trait: Floats, covariates: Floats, found: Floats) -> float:
    here = (copies >= 0) & np.isfinite(trait) & np.isfinite(covariates).all(axis=1)
    design = np.column_stack([np.ones(here.sum()), covariates[here], copies[here]])
    q, r = np.linalg.qr(design)
    along = q.T @ trait[here]
    rest = trait[here] - q @ along
    df = len(rest) - design.shape[1]
    beta, error = along[-1] / r[-1, -1], np.sqrt(rest @ rest / df) / abs(r[-1, -1])
    strength = -np.log10(2 * stdtr(df, -abs(beta / error)))
    gaps = [abs(found[0] - beta) / max(abs(beta), error), abs(found[1] / error - 1)]
    return max([*gaps, abs(found[2] - strength) / max(strength, 1)] if strength < 300 else gaps)


def against_converged(folder: Path, table: Path, plink2_table: Path, firth: bool) -> dict[str, float]:
    """Why plink2's logistic p-values differ: ours and theirs against float64 fits, over fits with p < 0.05.

    plink2 halts as soon as the sizes of a step's changes add up to less than 1e-4, and takes the standard error
    from before that step. A float64 fit halted there gives its text; one taken to its end gives ours.
    """
    bed, values, covariates = people_of(folder, "illness")
    spread = np.nanstd(covariates, axis=0, ddof=1)  # plink2 is asked to standardise; its stopping rule depends on it
    covariates = (covariates - np.nanmean(covariates, axis=0)) / spread
    row_of, them = _row_of(bed), plink_strengths(plink2_table)
    kind = "FIRTH" if firth else "WALD"
    rows = [row for row in rows_of(table) if row[TEST] == kind and float(row[STRENGTH]) > SUGGESTIVE]
    chosen = [row for row in rows if np.isfinite(them.get(row[NAME], np.nan))][:CONVERGED]
    gaps = [
        _gaps(bed.decode(row_of[row[NAME]], 1)[0], values - 1, covariates, float(row[STRENGTH]), them[row[NAME]], firth)
        for row in chosen
    ]
    names = ("max_dlog10p_float64", "plink2_dlog10p_float64", *(() if firth else ("plink2_dlog10p_halted",)))
    return dict(zip(names, np.max(gaps, axis=0).tolist(), strict=False))


def _gaps(
    copies: NDArray[np.int8], ill: Floats, covariates: Floats, mine: float, other: float, firth: bool
) -> tuple[float, ...]:
    here = (copies >= 0) & np.isfinite(ill) & np.isfinite(covariates).all(axis=1)
    design = np.column_stack([copies[here], np.ones(here.sum()), covariates[here]])
    exact = fitted(design, ill[here], 0.0, firth)
    gaps = abs(mine - exact), abs(other - exact)
    return gaps if firth else (*gaps, abs(other - fitted(design, ill[here], PLINK_STOPS, firth)))


def fitted(design: Floats, ill: Floats, stop: float, firth: bool) -> float:
    """-log10 p of the first column by Newton's steps from zero, until a step is smaller than `stop`."""
    at, information = np.zeros(design.shape[1]), np.eye(design.shape[1])
    for _ in range(60 if firth else 25):
        risk = 1 / (1 + np.exp(-design @ at))
        weight = risk * (1 - risk)
        information = (design * weight[:, None]).T @ design
        rest = ill - risk
        if firth:
            leverage = weight * (design * np.linalg.solve(information, design.T).T).sum(axis=1)
            rest = rest + leverage * (0.5 - risk)
        step = np.linalg.solve(information, design.T @ rest)
        at = at + step
        if np.abs(step).sum() < max(stop, 1e-12):
            break
    z = at[0] / np.sqrt(np.linalg.inv(information)[0, 0])
    return float(-(log_ndtr(-abs(z)) + np.log(2)) / np.log(10))
