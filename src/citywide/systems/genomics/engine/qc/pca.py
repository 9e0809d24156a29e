"""Principal components of the genotypes by block Lanczos on the 2-bit rows, with the error of each one
known.

The relationship matrix A = X X' / M (X standardised, missing calls at the mean, as plink2's `--pca approx`)
is never formed: a pass over the file multiplies it with 16 vectors. Unlike a fixed number of passes, the
projected problem gives each component's residual |A v - λ v|, and the passes stop when all are small
enough.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.blocks import Block, blocks, person_sums, variant_sums
from citywide.systems.genomics.engine.kernel import counting
from citywide.systems.genomics.engine.kernel.counting import LANES, Doubles
from citywide.systems.genomics.engine.kernel.summing import missing_sums


@dataclass(frozen=True)
class Components:
    """Unit vectors over people (zero for those left out), eigenvalues, and |A v - λ v| / λ of each."""

    vectors: Doubles
    values: Doubles
    errors: Doubles
    passes: int
    variants: int


@dataclass(frozen=True)
class Study:
    """What is multiplied: some variants and people of a file, with each variant's frequency of allele 1."""

    bed: Bed
    rows: NDArray[np.int64]
    people: NDArray[np.bool_]
    frequency: Doubles
    threads: int

    @property
    def scale(self) -> Doubles:
        """One over the standard deviation of each variant, 0 for one that does not vary."""
        spread = np.sqrt(2 * self.frequency * (1 - self.frequency))
        return np.divide(1.0, spread, out=np.zeros_like(spread), where=np.nan_to_num(spread) > 0)


def components(  # noqa: PLR0913, PLR0917 - each has a default
    bed: Bed,
    many: int = 10,
    rows: NDArray[np.int64] | None = None,
    people: NDArray[np.bool_] | None = None,
    threads: int = 1,
    error: float = 1e-3,
    passes: int = 30,
    seed: int = 1,
) -> Components:
    """The leading components of the chosen variants (all when not said; give pruned autosomes) and people."""
    rows = np.arange(len(bed)) if rows is None else rows
    people = np.ones(len(bed.people), np.bool_) if people is None else people
    study = Study(bed, rows, people, frequencies(bed, rows, people), threads)
    if people.sum() <= LANES * passes:
        return _whole(study, many)
    start = np.random.default_rng(seed).normal(size=(len(people), LANES))
    return _lanczos(study, np.where(people[:, None], start, 0.0), many, error, passes)


def frequencies(bed: Bed, rows: NDArray[np.int64], people: NDArray[np.bool_]) -> Doubles:
    """Frequency of allele 1 of each variant among the people's calls; NaN without a call."""
    return np.concatenate([block.frequency(people) for block in blocks(bed, rows)])


def times(study: Study, vectors: Doubles) -> Doubles:
    """The relationship matrix times 16 vectors: one pass over the file."""
    out = np.zeros((len(study.people), LANES))
    frequency, scale = np.nan_to_num(study.frequency), study.scale
    for block in blocks(study.bed, study.rows):
        here = slice(block.first, block.first + len(block.rows))
        loads = _loads(block, vectors, frequency[here], scale[here], study.threads)
        person_sums(block, _codes(frequency[here], scale[here], loads), out, study.threads)
    out[~study.people] = 0.0
    return out / max(int((scale > 0).sum()), 1)


def _loads(block: Block, vectors: Doubles, frequency: Doubles, scale: Doubles, threads: int) -> Doubles:
    """X' v for each variant of the block; what missing people would add to the mean is taken off."""
    sums = variant_sums(block, vectors.astype(np.float32), threads)
    called = vectors.sum(axis=0) - missing_sums(counting.padded(block.raw), vectors)
    return (sums - 2 * frequency[:, None] * called) * scale[:, None]


def _codes(frequency: Doubles, scale: Doubles, loads: Doubles) -> NDArray[np.float32]:
    copies = np.array([2.0, 0.0, 1.0, 0.0])
    standard = (copies[None] - 2 * frequency[:, None]) * scale[:, None]
    standard[:, 1] = 0.0
    return (standard[:, :, None] * loads[:, None, :]).astype(np.float32)


def _whole(study: Study, many: int) -> Components:
    """Components of few people, by forming the matrix."""
    here = np.flatnonzero(study.people)
    unit = np.zeros((len(study.people), -(-len(here) // LANES) * LANES))
    unit[here, np.arange(len(here))] = 1.0
    passes = unit.shape[1] // LANES
    parts = [times(study, unit[:, at * LANES : (at + 1) * LANES]) for at in range(passes)]
    matrix = np.hstack(parts)[here][:, : len(here)]
    values, inner = np.linalg.eigh((matrix + matrix.T) / 2)
    values, vectors = values[::-1][:many], np.zeros((len(study.people), min(many, len(here))))
    vectors[here] = inner[:, ::-1][:, :many]
    rest = np.linalg.norm(matrix @ vectors[here] - vectors[here] * values, axis=0)
    return Components(vectors, values, rest / np.maximum(values, 1e-300), passes, len(study.rows))


def _lanczos(study: Study, start: Doubles, many: int, error: float, passes: int) -> Components:
    basis = np.linalg.qr(start)[0]
    newest, projected = basis, np.zeros((0, 0))
    for count in range(1, passes + 1):
        product = times(study, newest)
        projected = _grown(projected, basis, product)
        rest = product - basis @ (basis.T @ product)
        rest -= basis @ (basis.T @ rest)
        newest, edge = np.linalg.qr(rest)
        values, inner = np.linalg.eigh(projected)
        values, inner = values[::-1][:many], inner[:, ::-1][:, :many]
        errors = np.linalg.norm(edge @ inner[-LANES:], axis=0) / np.maximum(values, 1e-300)
        if errors.max() <= error or count == passes or basis.shape[1] + LANES > study.people.sum():
            return Components(basis @ inner, values, errors, count, len(study.rows))
        basis = np.hstack([basis, newest])
    raise AssertionError


def _grown(projected: Doubles, basis: Doubles, product: Doubles) -> Doubles:
    """The matrix projected on the basis, with the newest 16 vectors' columns and rows."""
    old, columns = len(projected), basis.T @ product
    grown = np.zeros((basis.shape[1], basis.shape[1]))
    grown[:old, :old] = projected
    grown[:, old:], grown[old:, :] = columns, columns.T
    grown[old:, old:] = (columns[old:] + columns[old:].T) / 2
    return grown
