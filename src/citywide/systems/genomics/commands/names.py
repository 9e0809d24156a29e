"""Lists as PLINK's and REGENIE's users write them: `a b`, `a,b`, `PC{1:10}`, `1-4,22,X`; and the flags of elsewhere."""

import re
from argparse import SUPPRESS, Action, ArgumentParser
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from citywide.systems.genomics.engine.files.ranks import QUANTILES, RINT

BRACES = re.compile(r"^(.*)\{(\d+):(\d+)\}(.*)$")
LISTS = {
    "--keep": "people to keep: lines of FID IID, or IID",
    "--remove": "people to leave out",
    "--extract": "names of the variants to keep; or: range FILE, of chromosome, first and last position",
    "--exclude": "names of the variants to leave out, or range FILE",
}
SPAN = re.compile(r"^(?:chr)?(\d+)-(?:chr)?(\d+)$", re.IGNORECASE)


def names(words: Iterable[str]) -> tuple[str, ...]:
    """Names, with commas or blanks between them; `PC{1:3}` is PC1, PC2, PC3."""
    return tuple(one for word in words for name in word.replace(",", " ").split() for one in _spread(name))


def chromosomes(words: Iterable[str]) -> tuple[str, ...]:
    """Chromosome codes; `1-3` is 1, 2, 3."""
    return tuple(code for name in names(words) for code in _span(name))


def _spread(name: str) -> list[str]:
    found = BRACES.match(name)
    if found is None:
        return [name]
    before, first, last, after = found.groups()
    return [f"{before}{number}{after}" for number in range(int(first), int(last) + 1)]


def _span(name: str) -> list[str]:
    found = SPAN.match(name)
    return [str(number) for number in range(int(found[1]), int(found[2]) + 1)] if found else [name]


class Elsewhere(Action):
    """A flag of PLINK or REGENIE whose work another command does: says which one."""

    def __call__(self, parser: ArgumentParser, *_: object, **__: object) -> None:
        """Refuse it in words."""
        parser.error(f"{self.option_strings[0]} is not done here: {self.const}")


def elsewhere(parser: ArgumentParser, flag: str, says: str) -> None:
    """Know a flag only to say where its work is done."""
    parser.add_argument(flag, nargs="*", action=Elsewhere, const=says, help=SUPPRESS)


def habits(parser: ArgumentParser, no_effect: Iterable[str], answered: Mapping[str, str]) -> None:
    """Words that the hands of others write by themselves: taken where they change nothing, else answered.

    No word is taken for a longer one: `--make-king` is not `--make-king-table`.
    """
    parser.allow_abbrev = False
    for flag in no_effect:
        parser.add_argument(flag, nargs="*", help=SUPPRESS)
    for flag, says in answered.items():
        elsewhere(parser, flag, says)


def list_options(add: Callable[..., object]) -> None:
    """Who and what is in."""
    for flag, what in LISTS.items():
        add(flag, nargs="+", action="extend", type=Path, default=[], metavar="FILE", help=what)


def covariate_options(add: Callable[..., object]) -> None:
    """Which columns of the covariates, and which of them are categories."""
    add(
        *("--covar-name", "--covarCol", "--covarColList"),
        nargs="+", action="extend", default=[], metavar="NAME", help="only these covariates: PC1-PC10 or PC{1:10}",
    )  # fmt: skip
    add(
        "--catCovarList",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="names, not amounts",
    )


def rank_options(parser: ArgumentParser) -> None:
    """A quantity by its ranks, as either program has it."""
    for flag, offset, whose in (
        ("--apply-rint", RINT, "REGENIE"),
        ("--pheno-quantile-normalize", QUANTILES, "plink2"),
    ):
        says = f"quantities by their ranks, as {whose} has them"
        parser.add_argument(flag, dest="ranks", action="store_const", const=offset, default=0.0, help=says)
