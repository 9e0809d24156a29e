"""The first level of step one: a block of variants at a time, ridge predictions that no person's own trait
enters.

Genotypes are standardised and made free of the covariates on the way; people are read in spans of a few
thousand, so a block costs the same memory at any number of people. Five folds, five strengths: the Gram
matrix of what a fold leaves is the whole less the fold's own, and each is solved by Cholesky.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from citywide.systems.genomics.engine.files.blocks import Block, frequency
from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.kernel.counting import LANES, Doubles, Floats
from citywide.systems.genomics.engine.kernel.summing import missing_sums, table_sums
from citywide.systems.genomics.engine.step1.cohort import FOLDS, Cohort

HERITABILITIES = np.array([0.01, 0.25, 0.5, 0.75, 0.99])


@dataclass(frozen=True)
class Standard:
    """What turns a block's calls into standardised values free of covariates: a table of codes and a
    projection.
    """

    table: Floats
    along: Floats

    @property
    def varies(self) -> NDArray[np.bool_]:
        """Which variants have anything left."""
        return self.table[:, 0] != self.table[:, 3]


def standard(cohort: Cohort, block: Block, lanes: Doubles) -> Standard:
    """Mean to 0, the part along the covariates off, length to √n; a variant with nothing left becomes 0."""
    counts = block.counts(cohort.mask)
    centre = 2 * np.nan_to_num(frequency(counts))
    copies = np.array([2.0, 0.0, 1.0, 0.0])
    away = copies[None] - centre[:, None]
    away[:, 1] = 0.0
    along = _along(block, lanes, centre)[:, : cohort.basis.shape[1]]
    length = (counts * away**2).sum(axis=1)
    left = length - (along**2).sum(axis=1)
    scale = np.sqrt(np.divide(len(cohort.basis), left, out=np.zeros_like(left), where=left > 1e-6 * length + 1e-9))
    return Standard((away * scale[:, None]).astype(np.float32), (along * scale[:, None]).astype(np.float32))


def _along(block: Block, lanes: Doubles, centre: Doubles) -> Doubles:
    """Each centred variant times the covariate basis, by nibble tables."""
    packed = counting.padded(block.raw)
    copies = np.array([2, 0, 1, 0], np.float32)[None, :, None]
    parts: list[Doubles] = []
    for lane in range(0, lanes.shape[1], LANES):
        some = np.ascontiguousarray(lanes[:, lane : lane + LANES])
        sums = table_sums(packed, copies * some[:, None, :].astype(np.float32))
        called = some.sum(axis=0) - missing_sums(packed, some)
        parts.append(sums - centre[:, None] * called)
    return np.hstack(parts)


def values(cohort: Cohort, block: Block, how: Standard, people: slice, taken: slice) -> Floats:
    """Standardised values of a span of people: float32[variants, people taken]."""
    raw = block.raw[:, people.start // 4 : -(-people.stop // 4)]
    found = counting.decode(raw, people.stop - people.start, how.table)
    here = cohort.mask[people]
    found = found if here.all() else found[:, here]
    found -= how.along @ cohort.basis[taken].astype(np.float32).T
    return found


def level_zero(cohort: Cohort, block: Block, lanes: Doubles, variants: int) -> Floats:
    """Predictions of each trait at each strength: float32[traits · strengths, people], every fold by the
    others.
    """
    how = standard(cohort, block, lanes)
    grams, products = _grams(cohort, block, how)
    weights = _solved(grams, products, variants)
    out = np.empty((weights.shape[2], len(cohort.basis)), np.float32)
    for people, taken in cohort.spans():
        found, folds = values(cohort, block, how, people, taken), cohort.folds[taken]
        for fold in range(FOLDS):
            mine = np.flatnonzero(folds == fold)
            out[:, taken.start + mine] = weights[fold].T @ found[:, mine]
    return out


def _grams(cohort: Cohort, block: Block, how: Standard) -> tuple[Floats, Doubles]:
    """G G' and G y of each fold."""
    rows, traits = len(block.rows), cohort.traits.shape[1]
    grams = np.zeros((FOLDS, rows, rows), np.float32)
    products = np.zeros((FOLDS, rows, traits))
    for people, taken in cohort.spans():
        found, folds = values(cohort, block, how, people, taken), cohort.folds[taken]
        for fold in range(FOLDS):
            mine = np.flatnonzero(folds == fold)
            part = found[:, mine]
            grams[fold] += part @ part.T
            products[fold] += part @ cohort.traits[taken][mine].astype(np.float32)
    return grams, products


def _solved(grams: Floats, products: Doubles, variants: int) -> Floats:
    """Ridge weights float32[fold, variant, trait · strengths + strength], each fold's without its own
    people.
    """
    gram, product = grams.sum(axis=0), products.sum(axis=0)
    rows, traits = product.shape
    strengths = variants * (1 - HERITABILITIES) / HERITABILITIES
    weights = np.empty((FOLDS, rows, traits, len(strengths)), np.float32)
    for fold in range(FOLDS):
        rest, wanted = gram - grams[fold], (product - products[fold]).astype(np.float32)
        for at, strength in enumerate(strengths):
            weights[fold, :, :, at] = _ridge(rest, wanted, strength)
    return weights.reshape(FOLDS, rows, -1)


def _ridge(gram: Floats, product: Floats, strength: float) -> Floats:
    system = gram.copy()
    system.flat[:: len(system) + 1] += np.float32(strength)
    _, found, failed = lapack.sposv(system, product, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("a block of variants has no ridge solution")
    return found
