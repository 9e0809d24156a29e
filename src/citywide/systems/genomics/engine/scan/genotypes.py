"""The files a scan reads: 2-bit calls (`.bed`), or dosages (`.pgen`, `.bgen`)."""

from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.files.bgen import Bgen, open_bgen
from citywide.systems.genomics.engine.files.pgen import Pgen, open_pgen
from citywide.systems.genomics.engine.scan.request import Request

Dosed = Pgen | Bgen
Genotypes = Bed | Dosed


def open_genotypes(request: Request) -> Genotypes:
    """Open what a request names, or say what is wrong with it."""
    if request.bgen:
        return open_bgen(request.data, request.sample, request.ref_last)
    return open_pgen(request.data) if request.pgen else open_bed(request.data)
