"""The same fits in float64 by other means: least squares by QR, logistic and Firth by Newton's steps in numpy."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, stdtr

from benchmarks.genomics.folder import Study, Trait
from benchmarks.genomics.tables import CHROMOSOME, NAME, STRENGTH, SUGGESTIVE, TEST, numbers, plink_strengths, rows_of
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import codes, kind
from citywide.systems.genomics.engine.files.pgen import Pgen
from citywide.systems.genomics.engine.files.tables import align, read_table

Floats = NDArray[np.float64]
CHECKED, CONVERGED = 1_000, 500
PLINK_STOPS = 1e-4
MALE, DEPENDENT = 1, 1e-9


@dataclass(frozen=True)
class Cohort:
    """A study in memory: its open genotypes, one trait and the covariates of everybody."""

    opened: Bed | Pgen
    trait: Floats
    covariates: Floats

    def at(self, row: int) -> tuple[Floats, Floats]:
        """Copies at a variant and the covariates there, as the scan has it: sex joins on X, men alone count on Y.

        A man's heterozygous call is missing on both.
        """
        where, sex = kind(bytes(self.chromosomes[row])), self.opened.people.sex
        copies = _copies(self.opened, row)
        if where:
            copies[(sex == MALE) & (copies == 1)] = np.nan
        if where == "Y":
            copies[sex != MALE] = np.nan
        if where == "X" and len(set(sex.tolist()) - {0}) > 1:
            return copies, np.column_stack([self.covariates, np.where(sex > 0, sex, np.nan)])
        return copies, self.covariates

    def design(self, row: int) -> tuple[Floats, Floats]:
        """The trait and [1, covariates, copies] of everybody who has them all; dependent columns are out."""
        copies, covariates = self.at(row)
        here = np.isfinite(copies) & np.isfinite(self.trait) & np.isfinite(covariates).all(axis=1)
        rest = independent(np.column_stack([np.ones(here.sum()), covariates[here]]))
        return self.trait[here], np.column_stack([rest, copies[here]])

    @cached_property
    def chromosomes(self) -> NDArray[np.bytes_]:
        """Each variant's chromosome, without `chr`."""
        return codes(self.opened.variants)

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where each variant stands."""
        return {name: row for row, name in enumerate(self.opened.variants.id().astype(str).tolist())}


def cohort_of(study: Study, trait: Trait) -> Cohort:
    """The genotypes, the trait and the covariates of a study, as its files have them."""
    opened = study.open()
    values = align(read_table(study.pheno).only([trait.name]), opened.people)[:, 0]
    none = np.zeros((len(values), 0))
    return Cohort(opened, values, align(read_table(study.covar), opened.people) if study.covar else none)


def independent(columns: Floats) -> Floats:
    """The columns without those that are sums of earlier ones."""
    return columns[:, stand_alone(columns)]


def stand_alone(columns: Floats, least: float = DEPENDENT) -> NDArray[np.bool_]:
    """Which columns are no sums of earlier ones: of their length more than the least share is their own."""
    spread = columns / np.maximum(np.linalg.norm(columns, axis=0), np.finfo(float).tiny)
    return np.abs(np.diag(np.linalg.qr(spread, mode="r"))) > least


def _copies(opened: Bed | Pgen, row: int) -> Floats:
    if isinstance(opened, Pgen):
        return opened.dosages(np.array([row]))[0].astype(np.float64)
    copies = opened.decode(row, 1)[0].astype(np.float64)
    return np.where(copies < 0, np.nan, copies)


def against_float64(study: Study, trait: Trait, table: Path) -> float:
    """Largest relative error against float64 least squares (QR) on 1,000 variants, the top hits among them.

    An estimate is compared on the larger of its size and its standard error, a p-value on its log10.
    """
    cohort, rows = cohort_of(study, trait), numbers(table)
    places = [cohort.rows[row[NAME]] for row in rows_of(table)]
    top = np.argsort(-rows[:, 2])[: CHECKED // 5]
    rest = np.random.default_rng(1).choice(len(rows), min(CHECKED - len(top), len(rows)), replace=False)
    chosen = np.unique(np.concatenate([top, rest]))
    return max(_error(*cohort.design(places[at]), rows[at]) for at in chosen)


def _error(trait: Floats, design: Floats, found: Floats) -> float:
    q, r = np.linalg.qr(design)
    along = q.T @ trait
    rest = trait - q @ along
    df = len(rest) - design.shape[1]
    beta, error = along[-1] / r[-1, -1], np.sqrt(rest @ rest / df) / abs(r[-1, -1])
    strength = -np.log10(2 * stdtr(df, -abs(beta / error)))
    gaps = [abs(found[0] - beta) / max(abs(beta), error), abs(found[1] / error - 1)]
    return max([*gaps, abs(found[2] - strength) / max(strength, 1)] if strength < 300 else gaps)


def against_converged(study: Study, trait: Trait, tables: tuple[Path, Path], firth: bool) -> dict[str, float]:
    """Why plink2's logistic p-values differ: ours and theirs against float64 fits, of p < 0.05 those farthest apart.

    plink2 halts as soon as the sizes of a step's changes add up to less than 1e-4, and takes the standard error
    from before that step. A float64 fit halted there gives its text; one taken to its end gives ours.
    """
    cohort, them = cohort_of(study, trait), plink_strengths(tables[1])
    cohort = replace(cohort, trait=_coded(cohort.trait, trait), covariates=_standard(cohort.covariates))
    asked = "FIRTH" if firth else "WALD"
    rows = [row for row in rows_of(tables[0]) if row[TEST] == asked and float(row[STRENGTH]) > SUGGESTIVE]
    known = [row for row in rows if np.isfinite(them.get(row[NAME], np.nan)) and not _on_y(row)]
    chosen = sorted(known, key=lambda row: -abs(float(row[STRENGTH]) - them[row[NAME]]))[:CONVERGED]
    gaps = [
        _gaps(*cohort.design(cohort.rows[row[NAME]]), float(row[STRENGTH]), them[row[NAME]], firth) for row in chosen
    ]
    names = ("max_dlog10p_float64", "plink2_dlog10p_float64", *(() if firth else ("plink2_dlog10p_halted",)))
    widest = np.max(gaps, axis=0).tolist() if gaps else [float("nan")] * len(names)
    return dict(zip(names, widest, strict=True))


def _coded(values: Floats, trait: Trait) -> Floats:
    return values if trait.zero_one else np.where(values > 0, values - 1, np.nan)


def _standard(covariates: Floats) -> Floats:
    """As plink2 is asked to have them, since its stopping rule depends on their unit."""
    spread = np.nanstd(covariates, axis=0, ddof=1)
    return (covariates - np.nanmean(covariates, axis=0)) / np.where(spread > 0, spread, 1)


def _on_y(row: list[str]) -> bool:
    return kind(row[CHROMOSOME].encode()) == "Y"


def _gaps(ill: Floats, design: Floats, mine: float, other: float, firth: bool) -> tuple[float, ...]:
    design = np.roll(design, 1, axis=1)  # the copies stand first
    exact = fitted(design, ill, 0.0, firth)
    gaps = abs(mine - exact), abs(other - exact)
    return gaps if firth else (*gaps, abs(other - fitted(design, ill, PLINK_STOPS, firth)))


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
