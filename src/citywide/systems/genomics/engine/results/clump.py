"""Which of many linked hits stand for a signal of their own, and the regions they make."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import numbered
from citywide.systems.genomics.engine.files.people import founders
from citywide.systems.genomics.engine.fits.rows import GENOME_WIDE
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.qc.linkage import bits_of, moments, squared
from citywide.systems.genomics.engine.results.read import Results


@dataclass(frozen=True)
class Bounds:
    """PLINK's four: p of a lead, p of what joins it, r² with it, and how far away in kilobases."""

    p1: float = GENOME_WIDE
    p2: float = 1e-4
    r2: float = 0.1
    kb: float = 250.0


@dataclass(frozen=True)
class Clump:
    """A lead variant (its row in the results) and the variants that it speaks for."""

    lead: int
    members: NDArray[np.int64]


@dataclass(frozen=True)
class Region:
    """Clumps that overlap or nearly do: one place of the genome; leads as rows, the strongest first."""

    chromosome: int
    start: int
    stop: int
    leads: tuple[int, ...]


def clump(results: Results, bed: Bed | None, bounds: Bounds | None = None) -> list[Clump]:
    """Leads from the strongest down; without genotypes everything within reach joins."""
    bounds = bounds or Bounds()
    low, high = -np.log10(bounds.p2), -np.log10(bounds.p1)
    free = results.strength >= low
    rows = None if bed is None else rows_in(results, bed)
    if rows is not None:
        free &= rows >= 0
    order = np.argsort(-results.strength, kind="stable")
    found: list[Clump] = []
    for lead in order[(results.strength >= high)[order]].tolist():
        if not free[lead]:
            continue
        near = _near(results, lead, bounds.kb * 1000, free)
        joins = near if bed is None or rows is None else near[linkage(bed, rows[near], int(rows[lead])) > bounds.r2]
        free[joins] = False
        free[lead] = False
        found.append(Clump(lead, joins[joins != lead]))
    return found


def _near(results: Results, lead: int, reach: float, free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Free variants of the chromosome within reach, the lead among them."""
    here = slice(*np.searchsorted(results.chromosome, [results.chromosome[lead], results.chromosome[lead] + 1]))
    position = results.position[here]
    first = here.start + int(np.searchsorted(position, results.position[lead] - reach))
    last = here.start + int(np.searchsorted(position, results.position[lead] + reach, "right"))
    return first + np.flatnonzero(free[first:last])


def rows_in(results: Results, bed: Bed) -> NDArray[np.int64]:
    """Where each result's variant stands in the file, by place and alleles; -1 for one that is not there."""
    of = bed.variants
    alleles = [np.char.upper(side.astype(np.str_)).tolist() for side in (of.allele1(), of.allele2())]
    places = zip(numbered(of.chromosome().astype(np.str_)).tolist(), of.position().tolist(), strict=True)
    keys = {
        (*place, *sorted(pair)): row
        for row, (place, pair) in enumerate(zip(places, zip(*alleles, strict=True), strict=True))
    }
    wanted = zip(results.chromosome.tolist(), results.position.tolist(), strict=True)
    pairs = zip(results.effect.tolist(), results.other.tolist(), strict=True)
    found = [keys.get((*place, *sorted(map(str.upper, pair))), -1) for place, pair in zip(wanted, pairs, strict=True)]
    return np.array(found, np.int64)


def linkage(bed: Bed, rows: NDArray[np.int64], lead: int) -> Doubles:
    """r² of each variant (rows of the file) with one of them or another, among founders."""
    wanted = np.append(rows, lead)
    order = np.unique(wanted)
    bits, _ = bits_of(bed, order, founders(bed.people))
    at = np.searchsorted(order, wanted)
    return squared(moments(bits, at[:-1], np.full(len(rows), at[-1])))


def regions(results: Results, clumps: list[Clump], gap: float = 250_000) -> list[Region]:
    """Places of the genome: the spans of clumps, those closer than `gap` together."""
    spans = sorted((_span(results, one) for one in clumps), key=lambda span: span[:3])
    found: list[Region] = []
    for chromosome, start, stop, lead in spans:
        last = found[-1] if found else None
        if last and last.chromosome == chromosome and start <= last.stop + gap:
            leads = sorted((*last.leads, lead), key=lambda row: -results.strength[row])
            found[-1] = Region(chromosome, last.start, max(stop, last.stop), tuple(leads))
        else:
            found.append(Region(chromosome, start, stop, (lead,)))
    return sorted(found, key=lambda region: -results.strength[region.leads[0]])


def _span(results: Results, one: Clump) -> tuple[int, int, int, int]:
    rows = np.append(one.members, one.lead)
    place = results.position[rows]
    return int(results.chromosome[one.lead]), int(place.min()), int(place.max()), one.lead
