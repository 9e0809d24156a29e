"""The work of `citywide cohort` and `citywide study`, apart from their options: it loads the hub's database."""

import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from citywide.hub import Entity
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.clock import read_clock
from citywide.hub.database.cluster import Cluster
from citywide.hub.database.pool import Database
from citywide.hub.dispatch.roads import Travel
from citywide.hub.entities.registry import register
from citywide.hub.settings import Settings
from citywide.hub.vocabulary.own import category_here
from citywide.systems.genomics.commands.genotypes import data_of, kind_of, opened, ref_last
from citywide.systems.genomics.engine.files.lists import keep_mask
from citywide.systems.genomics.engine.files.spans import SPANS
from citywide.systems.genomics.engine.files.tables import read_table
from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError, InputError
from citywide.systems.genomics.laboratory.studies import LISTS, StudyError, Wish, ask
from citywide.systems.genomics.model import COHORT, DEPARTMENT, GENOME_STUDY

WRONG = 2


def add_cohort(options: Namespace) -> int:
    """Tell the hub where a cohort's files are."""
    try:
        bed, traits = opened(options), read_table(options.pheno).names
        keep_mask(bed.people, remove=[options.withdrawn] if options.withdrawn else [])
    except InputError as wrong:
        print(f"citywide cohort: {wrong}", file=sys.stderr)
        return WRONG
    files = {"data": data_of(options), "sample": options.sample, "pheno": options.pheno, "covar": options.covar}
    files |= {"withdrawn": options.withdrawn}
    facts: dict[str, object] = {name: str(path.resolve()) for name, path in files.items() if path}
    facts |= {"genotypes": kind_of(options), "ref_last": ref_last(options)}
    facts |= {"traits": list(traits), "people": len(bed.people), "variants": len(bed)}
    id_ = f"{COHORT.name}/{options.name}"
    with _database(options) as database, database.transaction() as connection:
        register(connection, [Entity(id_, COHORT.name, options.title or options.name, None, DEPARTMENT, facts)])
    print(f"{id_}: {len(bed.people):,} people, {len(bed):,} variants")
    return 0


def add_study(options: Namespace) -> int:
    """Ask for a study; the laboratory begins it when it is its turn."""
    city = Settings(city=options.city).city_settings()
    desk = CaseDesk({GENOME_STUDY.name: category_here(GENOME_STUDY, city)}, city.calendar, Travel(None), city.called)
    people = tuple(dict.fromkeys([options.by, *options.people])) if options.people else ()
    traits = tuple(options.pheno_name)
    try:
        lists = {name: _text(name, words) for name in LISTS if (words := vars(options)[name])}
        wish = Wish(options.cohort, traits, options.purpose, options.by, people, options.test, lists, options.step1)
        with _database(options) as database, database.transaction() as connection:
            number = ask(connection, desk, wish, read_clock(database).now())
    except (StudyError, FileError) as wrong:
        print(f"citywide study: {wrong}", file=sys.stderr)
        return WRONG
    print(f"study {number}")
    return 0


def _text(name: str, words: list[Path]) -> str:
    """The names in the files of a list."""
    if len(words) > 1 and str(words[0]) in SPANS:
        raise StudyError(
            name, f"--{name} {words[0]}", "a study takes lists of names, those of `citywide gwas` spans too"
        )
    return "\n".join(read_bytes(path).decode() for path in words)


def _database(options: Namespace) -> closing[Database]:
    return closing(Database(options.database_url or Cluster(options.data.resolve() / "postgresql").url(), most=2))
