"""Options and small habits that the genomics commands share."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.commands.elsewhere import EVERYWHERE
from citywide.systems.genomics.commands.genotypes import genotype_options, opened
from citywide.systems.genomics.commands.names import chromosomes, habits, list_options
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.chromosomes import asked
from citywide.systems.genomics.engine.files.genotypes import Genotypes
from citywide.systems.genomics.engine.files.hard_calls import calls_of
from citywide.systems.genomics.engine.files.lists import keep_mask, named_mask
from citywide.systems.genomics.engine.files.people import founders
from citywide.systems.genomics.engine.files.wrong import InputError

WRONG = 2
NO_EFFECT = (
    *("--allow-no-sex", "--no-psam-pheno", "--allow-extra-chr", "--keep-allele-order", "--real-ref-alleles"),
    *("--verbose", "--use-relative-path"),
)
ELSEWHERE = {
    "--vcf": "convert it: `plink2 --vcf FILE --make-pgen --out DATA`, then --pfile",
    "--file": "convert it: `plink --file DATA --make-bed --out DATA`, then --bfile",
    "--make-bed": "lists are written, for --keep, --remove, --extract and --exclude of the next command",
    "--glm": "see `citywide gwas`",
    "--clump": "see `citywide report`, which clumps",
    "--autosome": "say --chr 1-22",
    "--not-chr": "say which chromosomes stay with --chr",
}


def answering(run: Callable[[Namespace], int]) -> Callable[[Namespace], int]:
    """Wrong input is answered in words and with status 2, never with a traceback."""

    @wraps(run)
    def answered(options: Namespace) -> int:
        try:
            return run(options)
        except InputError as wrong:
            print(f"citywide: {wrong}", file=sys.stderr)
        except FileNotFoundError as wrong:
            print(f"citywide: {wrong.filename}: there is no such file", file=sys.stderr)
        except OSError as wrong:
            print(f"citywide: {wrong.filename or 'input or output'}: {wrong.strerror}", file=sys.stderr)
        return WRONG

    return answered


def at_least(least: int) -> Callable[[str], int]:
    """A whole number from here on."""

    def read(word: str) -> int:
        if not word.isdecimal() or int(word) < least:
            raise ArgumentTypeError(f"{word}: expected a whole number from {least} on")
        return int(word)

    return read


def megabytes(word: str) -> int:
    """Memory in megabytes, or as `2G`."""
    plain = word.upper().removesuffix("B").removesuffix("M")
    gigabytes = plain.removesuffix("G")
    if not gigabytes.isdecimal() or not int(gigabytes):
        raise ArgumentTypeError(f"{word}: expected a whole number of megabytes, or such as 2G")
    return int(plain) if gigabytes == plain else 1000 * int(gigabytes)


def study_options(
    parser: ArgumentParser, no_effect: Sequence[str] = (), answered: Mapping[str, str] | None = None
) -> None:
    """The files and the choice of people and variants, by the names PLINK gives them, and how others' words fare."""
    habits(parser, (*NO_EFFECT, *no_effect), {**EVERYWHERE, **ELSEWHERE, **(answered or {})})
    genotype_options(parser)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for the results")
    list_options(parser.add_argument)
    parser.add_argument("--chr", "--chrList", nargs="+", action="extend", default=[], metavar="CODE", help="1-4,22,X")
    parser.add_argument("--threads", type=at_least(1), default=os.cpu_count() or 1)


def founders_option(add: Callable[..., object]) -> None:
    """Whose alleles tell frequencies."""
    says = "frequencies and Hardy-Weinberg of everybody, not of founders (who name no parent) alone"
    add("--nonfounders", action="store_true", help=says)


def free(options: Namespace, data: Genotypes, people: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those of the people whose alleles tell frequencies."""
    return people if options.nonfounders else founders(data.people, people)


def room(folder: Path) -> None:
    """Make the folder for the results before anything else is done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise InputError(f"--out {folder}: no folder can be made there: {wrong.strerror}") from None


def study(options: Namespace) -> tuple[Bed, NDArray[np.bool_], NDArray[np.int64]]:
    """The open file as calls, who is in, and which variants."""
    data, people, rows = dosed_study(options)
    return calls_of(data, options.out, rows), people, rows


def dosed_study(options: Namespace) -> tuple[Genotypes, NDArray[np.bool_], NDArray[np.int64]]:
    """The open file, who is in, and which variants."""
    bed = opened(options)
    room(options.out)
    people, rows = keep_mask(bed.people, options.keep, options.remove), chosen_rows(bed, options)
    if not people.any():
        raise InputError("nobody is left after --keep and --remove; do the ids match?")
    if not len(rows):
        raise InputError("no variant is left after --extract, --exclude and --chr; do the names match?")
    return bed, people, rows


def chosen_rows(bed: Genotypes, options: Namespace) -> NDArray[np.int64]:
    """Rows of the variants asked for."""
    here = np.ones(len(bed), np.bool_)
    if options.chr:
        wanted = asked(np.array(chromosomes(options.chr), np.str_))
        here = np.isin(asked(bed.variants.chromosome().astype(np.str_)), wanted)
    return np.flatnonzero(here & named_mask(bed.variants, options.extract, options.exclude))


def write_table(path: Path, names: Sequence[str], columns: Sequence[Iterable[object]]) -> None:
    """A tab-separated table with a header line; NaN is written NA."""
    rows = zip(*(map(cell, column) for column in columns), strict=True)
    path.write_text("\n".join(["\t".join(names), *map("\t".join, rows)]) + "\n")


def cell(value: object) -> str:
    """A value as text: six digits for a number, NA for none."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float | np.floating):
        return "NA" if np.isnan(value) else f"{value:.6g}"
    return str(value)
