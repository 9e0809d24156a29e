"""`citywide score`: polygenic scores of everybody, any number in one pass."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.common import answering, study_options

ANSWERED = {
    "--score-list": "say --score FILE FILE …",
    "--score-col-nums": "every weight column of a file is scored",
    "--q-score-range": "give a file for each range to --score",
    "--pheno": "scores need no traits; see `citywide gwas`",
    "--memory": "the file is read in blocks; memory grows with people and scores alone",
}


def options(parser: ArgumentParser) -> None:
    """The study, the scoring files, and what to do where a strand or a frequency is in doubt."""
    study_options(parser, answered=ANSWERED)
    parser.add_argument(
        "--score", required=True, nargs="+", type=Path, metavar="FILE", help="PGS Catalog or plink2 files"
    )
    parser.add_argument("--keep-ambiguous", action="store_true", help="use A/T and C/G variants as they stand")
    parser.add_argument("--read-freq", type=Path, metavar="FILE", help="ID, allele and frequency, for missing calls")


@answering
def run(options: Namespace) -> int:
    """Write scores.sscore and match.json; say which scores found too few of their variants."""
    from citywide.systems.genomics.commands.scoring import write  # noqa: PLC0415 - pyarrow loads slowly

    write(options)
    return 0


COMMAND = Command("score", "polygenic scores, any number in one pass", options, run)
