"""Step one: whole-genome ridge regression in two levels, whose predictions take relatedness and strata off
a trait.

    found = step_one(Request(bed, traits, covariates, names, out=Path("out")))
    # out/step1_pred.list and out/step1_N.loco, as REGENIE writes them, for `citywide gwas --pred`

Blocks of variants are done one by one and kept in `out/level0`; a run that was stopped goes on where it
stood.
"""

import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from citywide.systems.genomics.engine.bed import Bed
from citywide.systems.genomics.engine.blocks import Block
from citywide.systems.genomics.engine.kinship import THIRD_DEGREE, Relatives, kinship
from citywide.systems.genomics.engine.popcount import Doubles, Floats
from citywide.systems.genomics.engine.regions import spelled
from citywide.systems.genomics.engine.step1_blocks import FOLDS, HERITABILITIES, Cohort, level_zero
from citywide.systems.genomics.engine.step1_family import calibrated, likeness
from citywide.systems.genomics.engine.step1_stack import Stacked, stack_linear, stack_logistic

AUTOSOMES = frozenset(str(number) for number in range(1, 23))
FOR_KINSHIP = 20_000
Progress = Callable[[int, int], None]


class StepOneError(ValueError):
    """A regression that cannot be made; says why."""


@dataclass(frozen=True)
class Request:
    """What to regress: traits and covariates in the order of the file's people, NaN where missing."""

    bed: Bed
    traits: Doubles
    names: tuple[str, ...]
    out: Path
    covariates: Doubles | None = None
    binary: bool = False
    rows: NDArray[np.int64] | None = None
    block: int = 1000
    threads: int = 1
    seed: int = 1
    relatives: Relatives | None = None
    families: bool = True


def step_one(request: Request, progress: Progress = lambda _done, _all: None) -> list[Stacked]:
    """Do both levels and write the predictions; returns them by trait, on the trait's own (or the logit)
    scale.
    """
    cohort, spread = cohort_of(request)
    rows, chromosome = variants_of(request)
    parts = _parts(chromosome, request.block)
    level = _level_zero(request, cohort, rows, parts, progress)
    owner = np.array([chromosome[part.start] for part in parts])
    relatives = _relatives(request, rows)
    like = None if relatives is None or request.binary else likeness(relatives, cohort.mask)
    found: list[Stacked] = []
    for at in range(len(request.names)):
        stacked = _stack(request, cohort, _columns(level, at), owner, at)
        rows_out = stacked.predictions
        if like is not None:
            rows_out = np.array([calibrated(cohort.traits[:, at], row, like) for row in rows_out])
        whole = Stacked(stacked.chromosomes, rows_out * spread[at], stacked.strength, stacked.errors)
        write_loco(request.out / f"step1_{at + 1}.loco", request.bed, cohort.mask, whole)
        found.append(whole)
    write_list(request.out / "step1_pred.list", request.names)
    return found


def cohort_of(request: Request) -> tuple[Cohort, Doubles]:
    """People with every covariate and at least one trait; traits free of covariates, a missing one at its
    mean.
    """
    covariates = np.zeros((len(request.traits), 0)) if request.covariates is None else request.covariates
    mask = np.asarray(np.isfinite(covariates).all(axis=1) & np.isfinite(request.traits).any(axis=1))
    if mask.sum() < max(FOLDS * 2, covariates.shape[1] + 3):
        raise StepOneError(f"{int(mask.sum())} people have a trait and every covariate: too few")
    basis = _basis(_design(covariates[mask]))
    columns = [_free(trait, basis) for trait in request.traits[mask].T]
    spread = np.array([column.std() for column in columns])
    if (spread < 1e-12).any():
        flat = request.names[int(np.argmin(spread))]
        raise StepOneError(f"{flat} does not vary once the covariates are taken off")
    folds = np.random.default_rng(request.seed).permutation(np.arange(mask.sum()) % FOLDS).astype(np.int8)
    return Cohort(request.bed, mask, folds, basis, np.column_stack(columns) / spread), spread


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


def _parts(chromosome: NDArray[np.str_], size: int) -> list[slice]:
    """Blocks of variants that keep within a chromosome."""
    edges = np.flatnonzero(chromosome[1:] != chromosome[:-1]) + 1
    bounds = [0, *edges.tolist(), len(chromosome)]
    return [
        slice(first, min(first + size, stop)) for start, stop in pairwise(bounds) for first in range(start, stop, size)
    ]


def _level_zero(
    request: Request, cohort: Cohort, rows: NDArray[np.int64], parts: list[slice], progress: Progress
) -> list[Path]:
    """Every block's predictions as files; those that are there already are not done again."""
    folder = request.out / "level0" / _fingerprint(request, cohort, rows)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{at:05d}.npy" for at in range(len(parts))]
    lanes = cohort.lanes
    done = sum(part.stop - part.start for part, file in zip(parts, files, strict=True) if file.exists())

    def work(at: int) -> None:
        nonlocal done
        if files[at].exists():
            return
        chosen = rows[parts[at]]
        block = Block(parts[at].start, chosen, _raw(request.bed, chosen), len(cohort.mask))
        _save(files[at], level_zero(cohort, block, lanes, len(rows)))
        request.bed.release(int(chosen[0]), int(chosen[-1] - chosen[0]) + 1)
        done += len(chosen)
        progress(done, len(rows))

    with threadpool_limits(1), ThreadPoolExecutor(request.threads) as pool:
        list(pool.map(work, range(len(parts))))
    return files


def _raw(bed: Bed, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    start, many = int(rows[0]), len(rows)
    return bed.block(start, many) if int(rows[-1]) - start + 1 == many else bed.raw[rows]


def _save(path: Path, found: Floats) -> None:
    """Whole or not at all: a killed run leaves no half file under the final name."""
    half = path.with_suffix(".part")
    with half.open("wb") as file:
        np.save(file, found)
    half.replace(path)


def _fingerprint(request: Request, cohort: Cohort, rows: NDArray[np.int64]) -> str:
    """What the blocks' results depend on, in a name; other inputs do not meet these files."""
    digest = hashlib.sha256()
    stat = os.stat(request.bed.path)  # noqa: PTH116 - size and time in one call
    digest.update(json.dumps([stat.st_size, stat.st_mtime_ns, request.block, request.seed]).encode())
    for array in (rows, cohort.mask, cohort.folds, cohort.basis, cohort.traits):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def _columns(files: list[Path], trait: int) -> Floats:
    """A trait's predictors from every block: float32[blocks · strengths, people]."""
    many = len(HERITABILITIES)
    here = slice(trait * many, (trait + 1) * many)
    return np.concatenate([np.load(file, mmap_mode="r")[here] for file in files])


def _stack(request: Request, cohort: Cohort, predictors: Floats, owner: NDArray[np.str_], trait: int) -> Stacked:
    chromosome = np.repeat(owner, len(HERITABILITIES))
    if not request.binary:
        return stack_linear(predictors, cohort.traits[:, trait], cohort.folds, chromosome)
    known = request.traits[cohort.mask, trait]
    kinds = np.unique(known[np.isfinite(known)])
    if len(kinds) != 2:
        raise StepOneError(f"{request.names[trait]} has {len(kinds)} values; a binary trait has two")
    return stack_logistic(*_binary(predictors, known, kinds, cohort), cohort.folds, chromosome)


def _binary(predictors: Floats, known: Doubles, kinds: Doubles, cohort: Cohort) -> tuple[Floats, Doubles, Doubles]:
    """The trait as 0 and 1 and its covariates' logit; one whose trait is missing counts at the covariates'
    mean.
    """
    from citywide.systems.genomics.engine.step1_offset import covariate_logit  # noqa: PLC0415 - scipy loads slowly

    here = np.isfinite(known)
    trait = np.where(here, known == kinds[1], np.nan)
    offset = covariate_logit(trait[here], cohort.basis[here], cohort.basis)
    return predictors, np.where(here, trait, 1 / (1 + np.exp(-offset))), offset


def _relatives(request: Request, rows: NDArray[np.int64]) -> Relatives | None:
    """The pairs of relatives: as given, or found from variants spread over the genome."""
    if not request.families or request.relatives is not None:
        return request.relatives
    some = rows[np.linspace(0, len(rows) - 1, min(FOR_KINSHIP, len(rows))).astype(np.int64)]
    raw = request.bed.raw[np.unique(some)]
    return kinship(raw, len(request.bed.people), THIRD_DEGREE, request.threads)


def write_loco(path: Path, bed: Bed, mask: NDArray[np.bool_], found: Stacked) -> None:
    """REGENIE's file: the people's names, then for each chromosome the predictions without it."""
    people = bed.people
    names = [
        b"_".join(pair).decode()
        for pair in zip(people.family[mask].tolist(), people.person[mask].tolist(), strict=True)
    ]
    lines = [" ".join(["FID_IID", *names])]
    for chromosome, row in zip(found.chromosomes, found.predictions, strict=True):
        lines.append(" ".join([chromosome, *(f"{value:.8g}" for value in row.tolist())]))
    path.write_text("\n".join(lines) + "\n")


def write_list(path: Path, names: tuple[str, ...]) -> None:
    """REGENIE's list of traits and their files."""
    path.write_text("".join(f"{name} step1_{at + 1}.loco\n" for at, name in enumerate(names)))
