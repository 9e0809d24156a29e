"""Genotypes of any kind that is read: 2-bit calls (`.bed`), or dosages (`.pgen`, `.bgen`)."""

from pathlib import Path

from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.files.bgen import Bgen, open_bgen
from citywide.systems.genomics.engine.files.pgen import Pgen, open_pgen

Dosed = Pgen | Bgen
Genotypes = Bed | Dosed


def beside(data: Path, suffix: str) -> Path:
    """The file of this ending among those of a name, which may be given with the ending of the first of them."""
    base = data.with_suffix("") if data.suffix in {".bed", ".pgen", ".bgen"} else data
    return base.with_name(base.name + suffix)


def open_genotypes(
    data: Path, pgen: bool = False, bgen: bool = False, sample: Path | None = None, ref_last: bool = False
) -> Genotypes:
    """Open the files of that name, or say what is wrong with them."""
    if bgen:
        return open_bgen(data, sample, ref_last)
    return open_pgen(data) if pgen else open_bed(data)
