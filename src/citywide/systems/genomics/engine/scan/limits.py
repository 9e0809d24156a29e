"""Which variants keep the bounds that a scan is asked to keep: frequency, missing calls, Hardy-Weinberg, chromosome."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import asked, codes, kinds
from citywide.systems.genomics.engine.files.genotypes import Dosed, Genotypes
from citywide.systems.genomics.engine.files.people import People, founders
from citywide.systems.genomics.engine.scan.parts import once
from citywide.systems.genomics.engine.scan.request import Limits, Request, ScanError

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
TILE = 256


def on_chromosomes(request: Request, data: Genotypes) -> Mask:
    """Which variants stand on the chromosomes asked for."""
    if not (request.chromosomes or request.without):
        return np.ones(len(data), np.bool_)
    here = asked(codes(data.variants).astype(np.str_))
    wanted, unwanted = (asked(np.array(names or ("",), np.str_)) for names in (request.chromosomes, request.without))
    return (np.isin(here, wanted) if request.chromosomes else True) & ~np.isin(here, unwanted)


def within(limits: Limits, data: Genotypes, people: Mask, rows: Rows) -> Mask:
    """Which of the variants keep the limits among these people."""
    if replace(limits, nonfounders=False) == Limits():
        return np.ones(len(rows), np.bool_)
    who = people, people if limits.nonfounders else founders(data.people, people)
    if isinstance(data, Bed):
        return _calls_within(limits, data, who, rows)
    return _dosages_within(limits, data, who, rows)


def _calls_within(limits: Limits, bed: Bed, who: tuple[Mask, Mask], rows: Rows) -> Mask:
    from citywide.systems.genomics.engine.qc.quality import variant_quality  # noqa: PLC0415 - numba loads slowly

    people, free = who
    seen = variant_quality(bed, people, rows, free)
    rare = np.nan_to_num(seen.minor)
    common = (rare >= limits.maf) & (np.rint(rare * seen.alleles) >= limits.mac)
    return common & (np.nan_to_num(seen.missing_rate, nan=1.0) <= limits.geno) & ~(seen.equilibrium < limits.hwe)


def _dosages_within(limits: Limits, data: Dosed, who: tuple[Mask, Mask], rows: Rows) -> Mask:
    if limits.hwe:
        raise ScanError("--hwe asks for calls; these are dosages")
    kind, kept = kinds(data.variants, rows), np.zeros(len(rows), np.bool_)
    for one in np.unique(kind).tolist():
        alleles, chosen = _alleles(one, data.people), np.flatnonzero(kind == one)
        for here in np.split(chosen, range(TILE, len(chosen), TILE)):
            tile = once(data.dosages(rows[here]), one, data.people)
            kept[here] = _tile_within(limits, tile, alleles, who)
    return kept


def _alleles(kind: str, people: People) -> NDArray[np.int64]:
    """How many alleles each person has on a kind of chromosome, as the counts of calls have them too."""
    men = people.sex == 1
    return {"X": 2 - men, "Y": men, "M": np.ones(len(men))}.get(kind, np.full(len(men), 2)).astype(np.int64)


def _tile_within(limits: Limits, tile: NDArray[np.float32], alleles: NDArray[np.int64], who: tuple[Mask, Mask]) -> Mask:
    people, free = (mask & (alleles > 0) for mask in who)
    known, told = np.isfinite(tile), alleles * free
    whole, copies = known @ told, np.nan_to_num(tile) @ (told / 2)
    rare = np.minimum(copies, whole - copies)
    common = (rare >= limits.maf * whole) & (rare >= limits.mac)
    return common & ((~known[:, people]).sum(axis=1) / max(people.sum(), 1) <= limits.geno)
