"""Which genotypes a command reads, by the names that PLINK's and REGENIE's users give them."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.systems.genomics.engine.files.genotypes import Genotypes, open_genotypes
from citywide.systems.genomics.engine.files.wrong import InputError

ORDERS = {"ref-first", "ref-last"}


def genotype_options(parser: ArgumentParser, required: bool = True) -> None:
    """Calls, or dosages of either program."""
    group = parser.add_argument_group("genotypes (one of)")
    data = group.add_mutually_exclusive_group(required=required)
    data.add_argument("--bfile", "--bed", type=Path, metavar="DATA", help="PLINK 1 files DATA.bed, .bim, .fam")
    data.add_argument("--pfile", "--pgen", type=Path, metavar="DATA", help="PLINK 2 dosages: DATA.pgen, .pvar, .psam")
    data.add_argument(
        "--bgen", nargs="+", metavar=("FILE", "ORDER"), help="BGEN, layout 2; ref-last if its first allele is counted"
    )
    group.add_argument("--sample", type=Path, metavar="FILE", help="who the people of a .bgen are")


def data_of(options: Namespace) -> Path:
    """The name of the files asked for."""
    return options.bfile or options.pfile or Path(options.bgen[0])


def kind_of(options: Namespace) -> str:
    """By which of their words they are asked for."""
    return "bfile" if options.bfile else "pfile" if options.pfile else "bgen"


def ref_last(options: Namespace) -> bool:
    """Whether the first allele of a .bgen is the counted one."""
    order: list[str] = options.bgen[1:] if options.bgen else []
    if set(order) - ORDERS:
        raise InputError(f"--bgen FILE is followed by ref-first or ref-last, not by {' '.join(order)}")
    return "ref-last" in order


def opened(options: Namespace) -> Genotypes:
    """The open files, or what is wrong with them."""
    return open_genotypes(data_of(options), bool(options.pfile), bool(options.bgen), options.sample, ref_last(options))
