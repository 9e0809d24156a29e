"""`citywide cohort` and `citywide study`: what a scientist asks of a running hub's laboratory."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.genotypes import genotype_options
from citywide.systems.genomics.commands.names import list_options


def _hub_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path(".citywide"), help="the hub's data folder")
    parser.add_argument("--city", type=Path, help="folder with city.toml")
    parser.add_argument("--database-url", default="", help="the hub's PostgreSQL; without it the embedded one")


def cohort_options(parser: ArgumentParser) -> None:
    """A cohort's name and files."""
    _hub_options(parser)
    parser.add_argument("name", help="one word; the cohort is then cohort/NAME")
    parser.add_argument("--title", default="", help="what people call it")
    genotype_options(parser)
    parser.add_argument("--pheno", type=Path, required=True, metavar="TABLE")
    parser.add_argument("--covar", type=Path, metavar="TABLE")
    says = "who took their consent back: left out of every study, of one that runs as soon as they stand there"
    parser.add_argument("--withdrawn", type=Path, metavar="FILE", help=says)


def study_options(parser: ArgumentParser) -> None:
    """Of whom, what, and what for."""
    _hub_options(parser)
    parser.add_argument("cohort", help="such as cohort/NAME")
    parser.add_argument("--pheno-name", nargs="*", default=(), metavar="TRAIT", help="all traits if none is named")
    parser.add_argument("--test", choices=("auto", "linear", "logistic"), default="auto")
    list_options(parser.add_argument)
    parser.add_argument("--step1", action="store_true", help="take relatedness and strata off first")
    parser.add_argument("--purpose", required=True, help="what the data of people are used for")
    parser.add_argument("--by", required=True, metavar="STAFF", help="who asks")
    parser.add_argument("--with", dest="people", nargs="*", default=(), metavar="STAFF", help="who else may see it")


def add_cohort(options: Namespace) -> int:
    """Tell the hub where a cohort's files are."""
    from citywide.systems.genomics.commands import asking  # noqa: PLC0415 - loads the hub's database

    return asking.add_cohort(options)


def add_study(options: Namespace) -> int:
    """Ask for a study; the laboratory begins it when it is its turn."""
    from citywide.systems.genomics.commands import asking  # noqa: PLC0415 - loads the hub's database

    return asking.add_study(options)


COHORT_COMMAND = Command("cohort", "tell the hub where a cohort's files are", cohort_options, add_cohort)
STUDY_COMMAND = Command("study", "ask the hub's laboratory for a study", study_options, add_study)
