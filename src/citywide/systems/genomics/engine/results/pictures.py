"""The three pictures of a scan, as plain series that any front end draws: Manhattan, QQ and a region."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import chromosome_name
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.results.clump import linkage, rows_in
from citywide.systems.genomics.engine.results.read import Results

CELLS = 1500, 300
LOUD = 3.0
NAME_ROOM = 0.018  # of the whole: two letters at the size of the ticks
QQ_POINTS = 2000


@dataclass(frozen=True)
class Manhattan:
    """Points along the genome; of the crowd below 10⁻³ one a pixel is kept, every stronger one stays."""

    x: Doubles
    y: Doubles
    chromosome: NDArray[np.int64]
    row: NDArray[np.int64]
    ticks: dict[str, float]
    edges: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Quantiles:
    """Expected and observed -log10 p, with the band where 95 % of null scans lie at each point."""

    expected: Doubles
    observed: Doubles
    low: Doubles
    high: Doubles


@dataclass(frozen=True)
class Neighbourhood:
    """The variants about a lead: where, how strong, and how linked to it (NaN where not known)."""

    chromosome: int
    position: NDArray[np.int64]
    strength: Doubles
    r2: Doubles
    names: NDArray[np.str_]
    lead: int


def manhattan(results: Results) -> Manhattan:
    """Chromosomes side by side in proportion to the length that the variants cover, each with room for its name."""
    numbers, first = np.unique(results.chromosome, return_index=True)
    last = np.append(first[1:], len(results))[: len(first)] - 1
    begins, ends = results.position[first].astype(np.float64), results.position[last].astype(np.float64)
    lengths = ends - begins
    gap, rooms = float(lengths.sum()) * 0.004, np.maximum(lengths, float(lengths.sum()) * NAME_ROOM)
    starts = np.cumsum(rooms + gap) - (rooms + gap) + (rooms - lengths) / 2
    x = results.position + (starts - begins)[np.searchsorted(numbers, results.chromosome)]
    kept = thinned(x, results.strength)
    names = [chromosome_name(int(number)) for number in numbers]
    ticks = {name: float(s + n / 2) for name, s, n in zip(names, starts, lengths, strict=True)}
    edges = {name: (float(s), float(s + n)) for name, s, n in zip(names, starts, lengths, strict=True)}
    return Manhattan(x[kept], results.strength[kept], results.chromosome[kept], kept, ticks, edges)


def thinned(x: Doubles, y: Doubles) -> NDArray[np.int64]:
    """Rows that a picture needs: all strong ones, and one for each pixel of the rest."""
    if not len(x):
        return np.zeros(0, np.int64)
    wide, tall = CELLS
    column = (x / max(float(x.max()), 1.0) * wide).astype(np.int64)
    cell = column * tall + np.minimum(y / LOUD * tall, tall - 1).astype(np.int64)
    quiet = np.flatnonzero(y < LOUD)
    _, first = np.unique(cell[quiet], return_index=True)
    return np.sort(np.concatenate([quiet[first], np.flatnonzero(y >= LOUD)]))


def quantiles(results: Results) -> Quantiles:
    """The sorted strengths against the null's, thinned evenly along the picture's diagonal."""
    from scipy.special import betaincinv  # noqa: PLC0415 - only pictures need it

    observed = np.sort(results.strength)[::-1]
    count = len(observed)
    rank = np.unique(np.geomspace(1, max(count, 1), QQ_POINTS).astype(np.int64))[: count or 0]
    low, high = (-np.log10(betaincinv(rank, count - rank + 1.0, side)) for side in (0.975, 0.025))
    return Quantiles(-np.log10((rank - 0.5) / max(count, 1)), observed[rank - 1], low, high)


def neighbourhood(results: Results, lead: int, bed: Bed | None, reach: int = 500_000) -> Neighbourhood:
    """What lies about a lead, and its linkage with it where genotypes are at hand."""
    same = results.chromosome == results.chromosome[lead]
    near = np.flatnonzero(same & (np.abs(results.position - results.position[lead]) <= reach))
    r2 = np.full(len(near), np.nan)
    if bed is not None:
        rows = rows_in(results.take(np.append(near, lead)), bed)
        there = rows[:-1] >= 0
        if rows[-1] >= 0:
            r2[there] = linkage(bed, rows[:-1][there], int(rows[-1]))
    some = results.take(near)
    at = int(np.flatnonzero(near == lead)[0])
    return Neighbourhood(int(results.chromosome[lead]), some.position, some.strength, r2, some.name, at)


def series(picture: Manhattan | Quantiles | Neighbourhood) -> dict[str, object]:
    """A picture as JSON: lists of numbers rounded to what a screen can show, null where not known."""
    return {name: _plain(value) for name, value in vars(picture).items()}


def _plain(value: object) -> object:
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind != "f":
        return value.tolist()
    return [None if number != number else round(number, 4) for number in value.tolist()]  # noqa: PLR0124 - NaN
