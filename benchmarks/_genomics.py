"""One part of the genomics engine as a program, so that it can be timed like plink2: start, reading, work, writing."""

import sys
from argparse import ArgumentParser, Namespace

import numpy as np

from citywide.systems.genomics.commands import qc, score
from citywide.systems.genomics.engine.bed import open_bed


def main() -> None:
    """`pca PREFIX COUNT`, `kinship PREFIX` or `score PREFIX WEIGHTS`, with --out and --threads."""
    part, prefix, *rest = sys.argv[1:]
    more = [rest.pop(0)] if part != "kinship" else []
    parser = ArgumentParser()
    (score if part == "score" else qc).options(parser)
    words = ["--bfile", prefix, *rest, *(["--score", *more] if part == "score" else [])]
    options = parser.parse_args(words)
    options.out.mkdir(parents=True, exist_ok=True)
    if part == "score":
        score.run(options)
    elif part == "kinship":
        _kinship(options)
    else:
        _pca(options, int(more[0]))


def _kinship(options: Namespace) -> None:
    bed = open_bed(options.bfile)
    qc.write_relatives(options, bed, np.ones(len(bed.people), np.bool_), np.arange(len(bed)))


def _pca(options: Namespace, count: int) -> None:
    from citywide.systems.genomics.engine.pca import components  # noqa: PLC0415

    bed = open_bed(options.bfile)
    everybody = np.ones(len(bed.people), np.bool_)
    found = components(bed, count, threads=options.threads, error=1e-2)
    qc.write_components(options, bed, found, everybody)


if __name__ == "__main__":
    main()
