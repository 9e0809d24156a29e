"""Who and what step one regresses: people, covariates, traits, and the autosomal variants."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import AUTOSOMES, spelled
from citywide.systems.genomics.engine.kernel.counting import LANES, Doubles
from citywide.systems.genomics.engine.step1.request import Request, StepOneError

FOLDS = 5
SPAN = 8192


@dataclass(frozen=True)
class Cohort:
    """The people of the regression (`mask` over the file), their folds, covariate basis and free, scaled
    traits.
    """

    bed: Bed
    mask: NDArray[np.bool_]
    folds: NDArray[np.int8]
    basis: Doubles
    traits: Doubles

    @property
    def lanes(self) -> Doubles:
        """The basis over everybody of the file, zero for those left out, in registers of 16 columns."""
        width = -(-self.basis.shape[1] // LANES) * LANES
        full = np.zeros((len(self.mask), width))
        full[self.mask, : self.basis.shape[1]] = self.basis
        return full

    def spans(self) -> Iterator[tuple[slice, slice]]:
        """Runs of people: in the file, and among those taken."""
        before = np.concatenate([[0], np.cumsum(self.mask)])
        for first in range(0, len(self.mask), SPAN):
            stop = min(first + SPAN, len(self.mask))
            yield slice(first, stop), slice(int(before[first]), int(before[stop]))


def cohort_of(request: Request) -> tuple[Cohort, Doubles]:
    """People with every covariate and at least one trait; traits free of covariates, a missing one at its
    mean.
    """
    covariates = np.zeros((len(request.traits), 0)) if request.covariates is None else request.covariates
    mask = np.asarray(np.isfinite(covariates).all(axis=1) & np.isfinite(request.traits).any(axis=1))
    if mask.sum() < max(FOLDS * 2, covariates.shape[1] + 3):
        raise StepOneError(f"{int(mask.sum())} people have a trait and every covariate: too few")
    if request.binary:
        _two_values(request.names, request.traits[mask])
    basis = _basis(_design(covariates[mask]))
    columns = [_free(trait, basis) for trait in request.traits[mask].T]
    spread = np.array([column.std() for column in columns])
    if (spread < 1e-12).any():
        flat = request.names[int(np.argmin(spread))]
        raise StepOneError(f"{flat} does not vary once the covariates are taken off")
    folds = np.random.default_rng(request.seed).permutation(np.arange(mask.sum()) % FOLDS).astype(np.int8)
    return Cohort(request.bed, mask, folds, basis, np.column_stack(columns) / spread), spread


def _two_values(names: tuple[str, ...], traits: Doubles) -> None:
    for name, trait in zip(names, traits.T, strict=True):
        if (many := len(np.unique(trait[np.isfinite(trait)]))) != 2:
            raise StepOneError(f"{name} has {many:,} values; a binary trait has two")


def _design(covariates: Doubles) -> Doubles:
    centred = covariates - covariates.mean(axis=0)
    scale = np.abs(centred).max(axis=0)
    varies = scale > 1e-12 * (np.abs(covariates).max(axis=0) + 1e-300)
    return np.column_stack([np.ones(len(covariates)), centred[:, varies] / scale[varies]])


def _basis(design: Doubles) -> Doubles:
    """An orthonormal basis of the covariates; what is collinear is left out."""
    left, sizes, _ = np.linalg.svd(design, full_matrices=False)
    return left[:, sizes > 1e-9 * sizes[0]]


def _free(trait: Doubles, basis: Doubles) -> Doubles:
    here = np.isfinite(trait)
    if here.sum() <= basis.shape[1] + 1:
        raise StepOneError(f"a trait is known for {int(here.sum())} people only")
    weights = np.linalg.lstsq(basis[here], trait[here], rcond=None)[0]
    return np.where(here, trait - basis @ weights, 0.0)


def variants_of(request: Request) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """The autosomal variants asked for, with their chromosomes."""
    rows = np.arange(len(request.bed)) if request.rows is None else request.rows
    chromosome = spelled(request.bed.variants.chromosome().astype(np.str_))[rows]
    kept = np.isin(chromosome, list(AUTOSOMES))
    if not kept.any():
        raise StepOneError("no variant on chromosomes 1 to 22")
    order = np.argsort(chromosome[kept].astype(np.int64), kind="stable")
    return rows[kept][order], chromosome[kept][order]
