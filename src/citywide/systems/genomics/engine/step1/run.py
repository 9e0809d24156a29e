"""Step one: whole-genome ridge regression in two levels, whose predictions take relatedness and strata off
a trait.

    found = step_one(Request(bed, traits, covariates, names, out=Path("out")))
    # out/step1_pred.list and out/step1_N.loco, as REGENIE writes them, for `citywide gwas --pred`

Blocks of variants are done one by one and kept in `out/level0`; a run that was stopped goes on where it
stood.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.alone import alone
from citywide.systems.genomics.engine.files.predictions import write_list, write_loco
from citywide.systems.genomics.engine.kernel.counting import Doubles, Floats
from citywide.systems.genomics.engine.qc.kinship import THIRD_DEGREE, Relatives, kinship
from citywide.systems.genomics.engine.step1.blocks import HERITABILITIES
from citywide.systems.genomics.engine.step1.cohort import Cohort, cohort_of, variants_of
from citywide.systems.genomics.engine.step1.family import calibrated, likeness
from citywide.systems.genomics.engine.step1.kept import columns, kept_blocks, parts_of
from citywide.systems.genomics.engine.step1.request import Progress, Request
from citywide.systems.genomics.engine.step1.room import FOR_KINSHIP, threads_within
from citywide.systems.genomics.engine.step1.stack import Stacked, stack_linear, stack_logistic


def step_one(request: Request, progress: Progress = lambda _done, _all: None) -> list[Stacked]:
    """Do both levels and write the predictions; returns them by trait, on the trait's own (or the logit)
    scale.
    """
    with alone(request.out):
        return _step_one(request, progress)


def _step_one(request: Request, progress: Progress) -> list[Stacked]:
    cohort, spread = cohort_of(request)
    rows, chromosome = variants_of(request)
    parts = parts_of(chromosome, request.block)
    request = replace(request, threads=threads_within(request, len(cohort.basis), cohort.basis.shape[1], parts))
    level = kept_blocks(request, cohort, rows, parts, progress)
    owner = np.array([chromosome[part.start] for part in parts])
    relatives = _relatives(request, rows)
    like = None if relatives is None else likeness(relatives, cohort.mask)
    taken, found = request.bed.people.take(cohort.mask), list[Stacked]()
    files = [f"step1_{at + 1}.loco{'.gz' * request.packed}" for at in range(len(request.names))]
    for at in range(len(request.names)):
        stacked = _stack(request, cohort, columns(level, at), owner, at)
        rows_out = stacked.predictions
        if like is not None:
            rows_out = np.array([calibrated(cohort.traits[:, at], row, like) for row in rows_out])
        whole = Stacked(stacked.chromosomes, rows_out * spread[at], stacked.strength, stacked.errors)
        write_loco(request.out / files[at], taken, whole.chromosomes, whole.predictions)
        found.append(whole)
    write_list(request.out / "step1_pred.list", request.names, files)
    return found


def _stack(request: Request, cohort: Cohort, predictors: Floats, owner: NDArray[np.str_], trait: int) -> Stacked:
    chromosome = np.repeat(owner, len(HERITABILITIES))
    if not request.binary:
        return stack_linear(predictors, cohort.traits[:, trait], cohort.folds, chromosome)
    known = request.traits[cohort.mask, trait]
    kinds = np.unique(known[np.isfinite(known)])
    return stack_logistic(*_binary(predictors, known, kinds, cohort), cohort.folds, chromosome)


def _binary(predictors: Floats, known: Doubles, kinds: Doubles, cohort: Cohort) -> tuple[Floats, Doubles, Doubles]:
    """The trait as 0 and 1 and its covariates' logit; one whose trait is missing counts at the covariates'
    mean.
    """
    from citywide.systems.genomics.engine.step1.offset import covariate_logit  # noqa: PLC0415 - scipy loads slowly

    here = np.isfinite(known)
    trait = np.where(here, known == kinds[1], np.nan)
    offset = covariate_logit(trait[here], cohort.basis[here], cohort.basis)
    return predictors, np.where(here, trait, 1 / (1 + np.exp(-offset))), offset


def _relatives(request: Request, rows: NDArray[np.int64]) -> Relatives | None:
    """The pairs of relatives: as given, or found from variants spread over the genome; none for a binary trait."""
    if request.binary:
        return None
    if not request.families or request.relatives is not None:
        return request.relatives
    some = rows[np.linspace(0, len(rows) - 1, min(FOR_KINSHIP, len(rows))).astype(np.int64)]
    raw = request.bed.raw[np.unique(some)]
    return kinship(raw, len(request.bed.people), THIRD_DEGREE, request.threads)
