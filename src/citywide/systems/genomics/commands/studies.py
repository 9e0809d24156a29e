"""`citywide cohort` and `citywide study`: what a scientist asks of a running hub's laboratory."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from citywide.kit.commands import Command

if TYPE_CHECKING:
    from citywide.hub.database.pool import Database

WRONG = 2


def _hub_options(parser: ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path(".citywide"), help="the hub's data folder")
    parser.add_argument("--city", type=Path, help="folder with city.toml")
    parser.add_argument("--database-url", default="", help="the hub's PostgreSQL; without it the embedded one")


def cohort_options(parser: ArgumentParser) -> None:
    """A cohort's name and files."""
    _hub_options(parser)
    parser.add_argument("name", help="one word; the cohort is then cohort/NAME")
    parser.add_argument("--title", default="", help="what people call it")
    parser.add_argument("--bfile", type=Path, required=True, metavar="PREFIX", help="PREFIX.bed, .bim and .fam")
    parser.add_argument("--pheno", type=Path, required=True, metavar="TABLE")
    parser.add_argument("--covar", type=Path, metavar="TABLE")


def study_options(parser: ArgumentParser) -> None:
    """Of whom, what, and what for."""
    _hub_options(parser)
    parser.add_argument("cohort", help="such as cohort/NAME")
    parser.add_argument("--pheno-name", nargs="*", default=(), metavar="TRAIT", help="all traits if none is named")
    parser.add_argument("--test", choices=("auto", "linear", "logistic"), default="auto")
    parser.add_argument("--purpose", required=True, help="what the data of people are used for")
    parser.add_argument("--by", required=True, metavar="STAFF", help="who asks")
    parser.add_argument("--with", dest="people", nargs="*", default=(), metavar="STAFF", help="who else may see it")


def add_cohort(options: Namespace) -> int:
    """Tell the hub where a cohort's files are."""
    from citywide.hub import Entity  # noqa: PLC0415 - loads the hub
    from citywide.hub.entities.registry import register  # noqa: PLC0415
    from citywide.systems.genomics.engine.bed import BedError, open_bed  # noqa: PLC0415
    from citywide.systems.genomics.engine.tables import TableError, read_table  # noqa: PLC0415
    from citywide.systems.genomics.model import COHORT, DEPARTMENT  # noqa: PLC0415

    try:
        bed, traits = open_bed(options.bfile), read_table(options.pheno).names
    except (BedError, TableError) as wrong:
        print(f"citywide cohort: {wrong}", file=sys.stderr)
        return WRONG
    files = {"data": options.bfile, "pheno": options.pheno, "covar": options.covar}
    facts: dict[str, object] = {name: str(path.resolve()) for name, path in files.items() if path}
    facts |= {"traits": list(traits), "people": len(bed.people), "variants": len(bed)}
    id_ = f"{COHORT.name}/{options.name}"
    with _database(options).transaction() as connection:
        register(connection, [Entity(id_, COHORT.name, options.title or options.name, None, DEPARTMENT, facts)])
    print(f"{id_}: {len(bed.people):,} people, {len(bed):,} variants")
    return 0


def add_study(options: Namespace) -> int:
    """Ask for a study; the laboratory begins it when it is its turn."""
    from citywide.hub.cases.desk import CaseDesk  # noqa: PLC0415 - loads the hub
    from citywide.hub.dispatch.roads import Travel  # noqa: PLC0415
    from citywide.hub.running import read_clock  # noqa: PLC0415
    from citywide.hub.settings import Settings  # noqa: PLC0415
    from citywide.systems.genomics.model import GENOME_STUDY  # noqa: PLC0415
    from citywide.systems.genomics.studies import StudyError, Wish, ask  # noqa: PLC0415

    calendar = Settings(city=options.city).city_settings().calendar
    desk = CaseDesk({GENOME_STUDY.name: GENOME_STUDY}, calendar, Travel(None))
    people = tuple(dict.fromkeys([options.by, *options.people])) if options.people else ()
    wish = Wish(options.cohort, tuple(options.pheno_name), options.purpose, options.by, people, options.test)
    database = _database(options)
    try:
        with database.transaction() as connection:
            number = ask(connection, desk, wish, read_clock(database).now())
    except StudyError as wrong:
        print(f"citywide study: {wrong}", file=sys.stderr)
        return WRONG
    print(f"study {number}")
    return 0


def _database(options: Namespace) -> "Database":
    from citywide.hub.database.cluster import Cluster  # noqa: PLC0415 - loads the hub
    from citywide.hub.database.pool import Database  # noqa: PLC0415

    return Database(options.database_url or Cluster(options.data.resolve() / "postgresql").url(), most=2)


COHORT_COMMAND = Command("cohort", "tell the hub where a cohort's files are", cohort_options, add_cohort)
STUDY_COMMAND = Command("study", "ask the hub's laboratory for a study", study_options, add_study)
