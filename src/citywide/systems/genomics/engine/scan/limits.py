"""Which variants keep the bounds that a scan is asked to keep: frequency, missing calls, Hardy-Weinberg, chromosome."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import asked, codes, kinds
from citywide.systems.genomics.engine.files.genotypes import Dosed, Genotypes
from citywide.systems.genomics.engine.files.people import People
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
    if limits == Limits():
        return np.ones(len(rows), np.bool_)
    return (
        _calls_within(limits, data, people, rows)
        if isinstance(data, Bed)
        else _dosages_within(limits, data, people, rows)
    )


def _calls_within(limits: Limits, bed: Bed, people: Mask, rows: Rows) -> Mask:
    from citywide.systems.genomics.engine.qc.quality import variant_quality  # noqa: PLC0415 - numba loads slowly

    seen = variant_quality(bed, people, rows)
    rare = np.nan_to_num(seen.minor)
    common = (rare >= limits.maf) & (np.rint(rare * seen.alleles) >= limits.mac)
    return common & (np.nan_to_num(seen.missing_rate, nan=1.0) <= limits.geno) & ~(seen.hwe < limits.hwe)


def _dosages_within(limits: Limits, data: Dosed, people: Mask, rows: Rows) -> Mask:
    if limits.hwe:
        raise ScanError("--hwe asks for calls; these are dosages")
    kind, kept = kinds(data.variants, rows), np.zeros(len(rows), np.bool_)
    for one in np.unique(kind).tolist():
        alleles, chosen = _alleles(one, data.people)[people], np.flatnonzero(kind == one)
        for here in np.split(chosen, range(TILE, len(chosen), TILE)):
            tile = once(data.dosages(rows[here]), one, data.people)
            kept[here] = _tile_within(limits, tile[:, people], alleles)
    return kept


def _alleles(kind: str, people: People) -> NDArray[np.int64]:
    """How many alleles each person has on a kind of chromosome, as the counts of calls have them too."""
    men = people.sex == 1
    return {"X": 2 - men, "Y": men, "M": np.ones(len(men))}.get(kind, np.full(len(men), 2)).astype(np.int64)


def _tile_within(limits: Limits, tile: NDArray[np.float32], alleles: NDArray[np.int64]) -> Mask:
    tile, alleles = tile[:, alleles > 0], alleles[alleles > 0]
    known = np.isfinite(tile)
    whole, copies = known @ alleles, np.nan_to_num(tile) @ (alleles / 2)
    rare = np.minimum(copies, whole - copies)
    common = (rare >= limits.maf * whole) & (rare >= limits.mac)
    return common & ((~known).sum(axis=1) / max(len(alleles), 1) <= limits.geno)
