"""What the two sides wrote, side by side."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.chromosomes import kind

SUGGESTIVE = -np.log10(0.05)
CHROMOSOME, BETA, ERROR, NAME, STRENGTH, TEST = 0, 4, 5, 8, 11, 12


def rows_of(path: Path) -> Iterator[list[str]]:
    """The fields of our table, line by line."""
    with path.open() as lines:
        next(lines)
        yield from (line.rstrip("\n").split("\t") for line in lines)


def our_strengths(path: Path) -> dict[str, float]:
    """-log10 p by variant in our table, but for those on Y."""
    return {row[NAME]: float(row[STRENGTH]) for row in rows_of(path) if kind(row[CHROMOSOME].encode()) != "Y"}


def plink_strengths(path: Path) -> dict[str, float]:
    """-log10 p by variant in plink2's table, NaN where it has none."""
    with path.open() as lines:
        head = next(lines).lstrip("#").split()
        at, name = head.index("P"), head.index("ID")
        rows = (line.split() for line in lines)
        return {row[name]: -np.log10(float(row[at])) if row[at] != "NA" else np.nan for row in rows}


def widest_gap(mine: Path, other: Path, screened: bool) -> float:
    """Largest difference in log10 p; for binary traits over variants with p < 0.05 on either side.

    Y is left to the float64 oracle: there plink2 also counts calls of women and halves of men, we men's whole calls.
    """
    us, them = our_strengths(mine), plink_strengths(other)
    names = sorted(us.keys() & them.keys())
    a, b = np.array([us[name] for name in names]), np.array([them[name] for name in names])
    known = np.isfinite(b) & (b < -np.log10(np.finfo(float).tiny))
    if screened:
        known &= np.maximum(a, b) > SUGGESTIVE
    gap, rest = np.abs(a - b)[known], len(them) - len(us)
    largest = float(gap.max()) if len(gap) else float("nan")
    shown = f"median {np.median(gap):.2e}, largest {largest:.2e}" if len(gap) else "nothing to compare"
    print(f"compared {len(gap):,} variants: {shown}; {rest:,} on Y or left out by us", flush=True)
    return largest


def numbers(path: Path) -> NDArray[np.float64]:
    """Effect, standard error and -log10 p of each line of our table."""
    return np.array([[float(row[at]) for at in (BETA, ERROR, STRENGTH)] for row in rows_of(path)])
