"""Asking for a study: a case with its people, its purpose and its first line of evidence."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from msgspec import Struct
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub import Entity, OpenCase, Text
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import register
from citywide.hub.evidence.write import witness
from citywide.systems.genomics.model import COHORT, DEPARTMENT, GENOME_STUDY, MACHINE, STUDY

TESTS = ("auto", "linear", "logistic")
LISTS = ("keep", "remove", "extract", "exclude")


class StudyError(ValueError):
    """A study that cannot be asked for as it stands: which field, what is wrong, what is accepted."""

    def __init__(self, field: str, what: str, accepted: str) -> None:
        """Keep the three beside the message."""
        super().__init__(f"{what}; {accepted}")
        self.field, self.what, self.accepted = field, what, accepted


class Wish(Struct, frozen=True):
    """What somebody wants to know, of whom, and what for; without `people` the whole department may look.

    `lists` are PLINK's: the people to `keep` or `remove`, the variants to `extract` or `exclude`, a line each.
    """

    cohort: str
    traits: tuple[str, ...]
    purpose: str
    asked_by: str
    people: tuple[str, ...] = ()
    test: str = "auto"
    lists: dict[str, str] = {}
    step_one: bool = False


def ask(connection: Connection, desk: CaseDesk, wish: Wish, at: datetime) -> int:
    """Put a study down for the laboratory; returns its number."""
    if not wish.purpose.strip():
        raise StudyError("purpose", "a study without a purpose", "say what the data of people are used for")
    cohort = cohort_of(connection, wish.cohort)
    _know(wish, cohort["facts"])
    number = _insert(connection, wish, at)
    name = f"#{number} {cohort['name']}: {', '.join(wish.traits) or 'all traits'}"
    facts: dict[str, object] = {"cohort": wish.cohort, "traits": list(wish.traits), "purpose": wish.purpose}
    study = Entity(study_id(number), STUDY.name, name, department=DEPARTMENT, facts=facts)
    register(connection, [MACHINE, study])
    case = _open_case(connection, desk, study, wish, at)
    connection.execute("update genomics.study set cases = %s where number = %s", (case, number))
    says = Text(f"study {name} asked for; purpose: {wish.purpose}", f"申请研究 {name}；目的：{wish.purpose}")
    more: dict[str, object] = {"study": number, "case": case, "people": list(wish.people), "test": wish.test}
    more |= {f"{name} sha256": sha256(text.encode()).hexdigest() for name, text in wish.lists.items()}
    more |= {"step_one": True} if wish.step_one else {}
    tell(connection, says, at, facts | more, wish.asked_by)
    return number


def study_id(number: int) -> str:
    """The name under which the hub knows a study."""
    return f"{STUDY.name}/{number}"


def cohort_of(connection: Connection, cohort: str) -> dict[str, Any]:
    """A registered cohort's row."""
    for row in rows(connection, sql("entities_of_kind"), {"kind": COHORT.name}):
        if row["id"] == cohort:
            return row
    raise StudyError("cohort", f"no cohort is registered as {cohort!r}", "the id of a cohort such as cohort/made")


def tell(connection: Connection, says: Text, at: datetime, facts: dict[str, object], who: str = "hub") -> None:
    """A line of evidence about a study."""
    witness(connection, "study", says, department=DEPARTMENT, at=at, who=who, facts=facts)


def _know(wish: Wish, facts: dict[str, Any]) -> None:
    """Refuse traits and tests that the cohort or the scan does not know."""
    known: list[str] = facts.get("traits", [])
    strange = [trait for trait in wish.traits if known and trait not in known]
    if strange:
        raise StudyError("traits", f"no trait {', '.join(strange)} in {wish.cohort}", f"any of {', '.join(known)}")
    if wish.test not in TESTS:
        raise StudyError("test", f"no test {wish.test!r}", f"one of {', '.join(TESTS)}")
    if other := wish.lists.keys() - set(LISTS):
        raise StudyError("lists", f"no list {', '.join(other)}", f"any of {', '.join(LISTS)}")


def _insert(connection: Connection, wish: Wish, at: datetime) -> int:
    row = connection.execute(
        "insert into genomics.study (cohort, traits, test, purpose, department, people, asked_by, asked,"
        " lists, step_one) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning number",
        (
            wish.cohort,
            list(wish.traits),
            wish.test,
            wish.purpose,
            DEPARTMENT,
            list(wish.people),
            wish.asked_by,
            at,
            Jsonb(wish.lists),
            wish.step_one,
        ),
    ).fetchone()
    assert row is not None
    return row[0]


def _open_case(connection: Connection, desk: CaseDesk, study: Entity, wish: Wish, at: datetime) -> int:
    order = OpenCase(
        title=Text(f"Study {study.name}", f"研究 {study.name}"),
        category=GENOME_STUDY.name,
        about=study,
        assign_to=MACHINE.id,
        details=wish.purpose,
        facts={"people": list(wish.people), "purpose": wish.purpose},
    )
    return desk.open(connection, order, at, wish.asked_by)
