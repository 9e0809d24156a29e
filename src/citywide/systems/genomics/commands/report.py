"""`citywide report`: what a scan found, as pictures, a table, and a page that opens anywhere."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from citywide.kit.commands import Command
from citywide.systems.genomics.commands.common import answering, room
from citywide.systems.genomics.commands.genotypes import genotype_options, opened
from citywide.systems.genomics.engine.files.bed import Bed
from citywide.systems.genomics.engine.files.digest import sha256
from citywide.systems.genomics.engine.files.hard_calls import calls_of


def options(parser: ArgumentParser) -> None:
    """The table, the genotypes for linkage, and PLINK's bounds of a clump."""
    says = "GWAS-SSF tables of one trait: of the whole genome, or one for each chromosome"
    parser.add_argument("--results", required=True, nargs="+", type=Path, metavar="TABLE", help=says)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR")
    genotype_options(parser, required=False)
    parser.add_argument("--trait", metavar="NAME", help="what the page calls the trait (the file's name if not said)")
    parser.add_argument("--clump-p1", type=float, default=5e-8, metavar="P")
    parser.add_argument("--clump-p2", type=float, default=1e-4, metavar="P")
    parser.add_argument("--clump-r2", type=float, default=0.1, metavar="R2")
    parser.add_argument("--clump-kb", type=float, default=250.0, metavar="KB")


@answering
def run(options: Namespace) -> int:
    """Write the page and its parts."""
    from citywide.systems.genomics.engine.results.clump import Bounds  # noqa: PLC0415 - pyarrow loads slowly
    from citywide.systems.genomics.engine.results.findings import findings  # noqa: PLC0415 - pictures load slowly
    from citywide.systems.genomics.engine.results.read import read_tables  # noqa: PLC0415 - pyarrow loads slowly
    from citywide.systems.genomics.engine.results.report import write_report  # noqa: PLC0415 - pictures load slowly

    bounds = Bounds(options.clump_p1, options.clump_p2, options.clump_r2, options.clump_kb)
    bed = _calls(options) if options.bfile or options.pfile or options.bgen else None
    trait = options.trait or options.results[0].name.split(".")[0]
    found = findings(trait, read_tables(options.results), bed, bounds)
    write_report(found, options.out, _how(options))
    print(f"signals: {len(found.clumps)}, regions: {len(found.regions)}, λ {found.inflation:.3f}")
    print(options.out / "report.html")
    return 0


def _calls(options: Namespace) -> Bed:
    """The genotypes as calls, for linkage; without them nothing is known of it."""
    room(options.out)
    return calls_of(opened(options), options.out)


def _how(options: Namespace) -> list[str]:
    """What was done with what, so that anyone can do it again."""
    from importlib.metadata import version  # noqa: PLC0415 - loads a mail parser, and only a report needs it

    given = {name: value for name, value in vars(options).items() if isinstance(value, str | float | Path | list)}
    plain = {name: " ".join(map(str, value)) if isinstance(value, list) else value for name, value in given.items()}
    words = [f"--{name.replace('_', '-')} {value}" for name, value in plain.items()]
    return [
        f"citywide report {' '.join(words)}",
        *(f"{table.name} sha256 {sha256(table)}" for table in options.results),
        f"citywide {version('citywide')}",
    ]


COMMAND = Command("report", "a scan's pictures, top table and page", options, run)
