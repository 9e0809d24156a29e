"""Which variant of the data each line of a score means, and which of its alleles is counted.

A line is found by chromosome and position, or by its name where it has no position. Its alleles may stand
as in the data, on the other strand, or (an A/T or C/G variant) so that the strand cannot be told: those are
left out unless asked for, as the PGS Catalog's calculator does. Every line ends in one row of the report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.chromosomes import spelled
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.kernel.runs import steps
from citywide.systems.genomics.engine.scores.alleles import AMBIGUOUS, FLIPPED, ONE_ALLELE, OTHER, SAME, compared
from citywide.systems.genomics.engine.scores.lines import Lines, Weights, Words

ENOUGH = 0.75
NAMELESS = ("", ".")


@dataclass(frozen=True)
class Target:
    """The variants of the data, as matching wants them."""

    chromosome: Words
    position: NDArray[np.int64]
    id: Words
    allele1: Words
    allele2: Words


@dataclass(frozen=True)
class Matched:
    """A score on the data: rows in rising order, and what 0, 1, 2 copies of allele 1 add."""

    name: str
    rows: NDArray[np.int64]
    adds: Doubles
    counts_allele1: NDArray[np.bool_]
    report: Mapping[str, int]

    @property
    def rate(self) -> float:
        """The share of the score's lines that are used."""
        lines = sum(self.report.values())
        return len(self.rows) / lines if lines else 0.0

    @property
    def enough(self) -> bool:
        """Whether three lines in four are used, the catalogue's own bound for reporting."""
        return self.rate >= ENOUGH


def target(variants: Variants) -> Target:
    """The variants of a .bim, chromosomes and alleles in one spelling."""
    return Target(
        spelled(variants.chromosome().astype(np.str_)),
        variants.position(),
        variants.id().astype(np.str_),
        np.char.upper(variants.allele1().astype(np.str_)),
        np.char.upper(variants.allele2().astype(np.str_)),
    )


def match_all(scores: Sequence[Weights], data: Target, keep_ambiguous: bool = False) -> list[Matched]:
    """Match every score; scores that share their lines (the columns of one table) are looked up once."""
    found = {id(one.lines): one.lines for one in scores}
    placed = {key: _place(lines, data, keep_ambiguous) for key, lines in found.items()}
    return [_matched(one, placed[id(one.lines)]) for one in scores]


def match(weights: Weights, data: Target, keep_ambiguous: bool = False) -> Matched:
    """Find each line's variant and allele; a variant named twice counts once, by its first line."""
    return match_all([weights], data, keep_ambiguous)[0]


@dataclass(frozen=True)
class Placed:
    """Lines that are used, the rows they mean, whether allele 1 is the effect allele, and what became of
    the others.
    """

    line: NDArray[np.int64]
    row: NDArray[np.int64]
    first: NDArray[np.bool_]
    report: Mapping[str, int]


def _place(lines: Lines, data: Target, keep_ambiguous: bool) -> Placed:
    line, row = _candidates(lines, data)
    kind, first = compared(lines, line, data.allele1[row], data.allele2[row])
    order = np.lexsort((kind, line))
    best = order[np.unique(line[order], return_index=True)[1]]
    line, row, kind, first = line[best], row[best], kind[best], first[best]
    usable = np.flatnonzero((kind <= ONE_ALLELE) | ((kind == AMBIGUOUS) & keep_ambiguous))
    kept = usable[np.unique(row[usable], return_index=True)[1]]
    report = _report(lines, kind, kept, usable)
    return Placed(line[kept], row[kept], first[kept], report)


def _matched(weights: Weights, placed: Placed) -> Matched:
    adds = weights.adds[placed.line]
    adds = np.where(placed.first[:, None], adds, adds[:, ::-1])
    report = {**placed.report, "left_out": weights.left_out}
    return Matched(weights.name, placed.row, adds, placed.first, report)


def _candidates(lines: Lines, data: Target) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of a line and a variant that stands where it says, or bears its name."""
    placed = lines.position >= 0
    known, key = _keys(data.chromosome, data.position, spelled(lines.chromosome), lines.position)
    by_place = _joined(key, known, placed)
    by_name = _joined(lines.id, data.id, ~placed & ~np.isin(lines.id, NAMELESS))
    return np.concatenate([by_place[0], by_name[0]]), np.concatenate([by_place[1], by_name[1]])


def _keys(
    chromosome: Words, position: NDArray[np.int64], other: Words, place: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One integer for each chromosome and position, on both sides."""
    _, code = np.unique(np.concatenate([chromosome, other]), return_inverse=True)
    return (code[: len(position)] << 40) + position, (code[len(position) :] << 40) + place


def _joined(
    wanted: NDArray[np.generic], there: NDArray[np.generic], asked: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.argsort(there, kind="stable")
    lines = np.flatnonzero(asked)
    low = np.searchsorted(there, wanted[lines], "left", sorter=order)
    many = np.searchsorted(there, wanted[lines], "right", sorter=order) - low
    line = np.repeat(lines, many)
    return line, order[np.repeat(low, many) + steps(many)]


def _report(
    lines: Lines, kind: NDArray[np.int64], kept: NDArray[np.int64], usable: NDArray[np.int64]
) -> dict[str, int]:
    used = np.bincount(kind[kept], minlength=5)
    lost = np.bincount(np.delete(kind, usable), minlength=5)
    counts = {
        "matched": used[SAME],
        "flipped": used[FLIPPED],
        "no_other_allele": used[ONE_ALLELE],
        "ambiguous_kept": used[AMBIGUOUS],
        "ambiguous": lost[AMBIGUOUS],
        "other_alleles": lost[OTHER],
        "not_found": len(lines) - len(kind),
        "duplicate": len(usable) - len(kept),
    }
    return {name: int(count) for name, count in counts.items()}
