"""`citywide score`: polygenic scores of everybody, any number in one pass."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.common import answering, founders_option, study_options
from citywide.systems.genomics.engine.files.wrong import InputError

USUAL = {"1", "2", "3", "header", "cols=+scoresums", "cols=scoresums", "list-variants", "ignore-dup-ids"}
OTHERWISE = {"no-mean-imputation", "center", "variance-standardize", "dominant", "recessive", "se", "sum"}
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
    founders_option(parser.add_argument)
    parser.add_argument(
        "--score", required=True, nargs="+", type=Path, metavar="FILE", help="PGS Catalog or plink2 files"
    )
    parser.add_argument("--keep-ambiguous", action="store_true", help="use A/T and C/G variants as they stand")
    parser.add_argument("--read-freq", type=Path, metavar="FILE", help="ID, allele and frequency, for missing calls")


@answering
def run(options: Namespace) -> int:
    """Write scores.sscore and match.json; say which scores found too few of their variants."""
    from citywide.systems.genomics.commands.scoring import write  # noqa: PLC0415 - pyarrow loads slowly

    options.score = _files(options.score)
    write(options)
    return 0


def _files(words: list[Path]) -> list[Path]:
    """The files, without the words that tell plink2 what is always so here."""
    said = {str(word) for word in words[1:] if not word.exists()}
    if other := {word for word in said - USUAL if word.isdecimal() or word.startswith("cols=") or word in OTHERWISE}:
        usual = "files alone: tables of a variant's name, its allele and weights; missing calls count as expected"
        raise InputError(f"--score takes {usual}; leave out {' '.join(sorted(other))}")
    return [word for word in words if str(word) not in said & USUAL]


COMMAND = Command("score", "polygenic scores, any number in one pass", options, run)
