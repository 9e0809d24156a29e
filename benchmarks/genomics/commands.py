"""One part of the genomics engine as a program, so that it can be timed like plink2: start, reading, work,
writing.
"""

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.files.chromosomes import AUTOSOMES, spelled
from citywide.systems.genomics.engine.qc.pca import components


def main() -> None:
    """`pca PREFIX COUNT`, `kinship PREFIX` or `score PREFIX WEIGHTS`, with --out and --threads."""
    part, prefix, *rest = sys.argv[1:]
    more = [rest.pop(0)] if part != "kinship" else []
    parser = ArgumentParser()
    command = import_module(f"citywide.systems.genomics.commands.{'score' if part == 'score' else 'qc'}")
    command.options(parser)
    words = ["--bfile", prefix, *rest, *(["--score", *more] if part == "score" else [])]
    options = parser.parse_args(words)
    options.out.mkdir(parents=True, exist_ok=True)
    if part == "score":
        command.run(options)
    elif part == "kinship":
        _kinship(command, options)
    else:
        _pca(command, options, int(more[0]))


def autosomal(bed: Bed) -> NDArray[np.int64]:
    """The variants that either side takes for kinship and components."""
    return np.flatnonzero(np.isin(spelled(bed.variants.chromosome().astype(np.str_)), list(AUTOSOMES)))


def _kinship(qc: ModuleType, options: Namespace) -> None:
    bed = open_bed(options.bfile)
    qc.write_relatives(options, bed, np.ones(len(bed.people), np.bool_), autosomal(bed))


def _pca(qc: ModuleType, options: Namespace, count: int) -> None:
    bed = open_bed(options.bfile)
    everybody = np.ones(len(bed.people), np.bool_)
    found = components(bed, count, autosomal(bed), threads=options.threads, error=1e-2)
    qc.write_components(options, bed, found, everybody)


if __name__ == "__main__":
    main()
