"""The one door to personal data: who has to do with somebody sees who they are, and every asking is written down.

Who may ask is said once, in the database (`people.why_not`): its rows show themselves by that rule, this door words it.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NoReturn

from msgspec import convert
from psycopg import Connection

from citywide.hub.database.pool import become, rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Person, Purpose, Who
from citywide.kit.text import Text


class AccessRefusedError(PermissionError):
    """Personal data were asked for without right or consent; the asking is in the evidence log."""


class NoSuchPersonError(AccessRefusedError):
    """Nobody is known by this name or number, or nobody whom the reader's offices have to do with."""


class UnknownPurposeError(AccessRefusedError):
    """There is no such purpose, or nothing is given for it."""


REFUSALS: Mapping[str, type[AccessRefusedError]] = {"purpose": UnknownPurposeError, "stranger": NoSuchPersonError}
SAYS: Mapping[str, str] = {
    "purpose": "no such purpose; there are {purposes}",
    "role": "purpose {purpose} is open to {roles}",
    "grant": "no grant for {purpose} is in force; ask a manager for one",
    "stranger": "there is no such person for you: your department has no open case of theirs, nor are they on its file",
    "consent": "the person has not agreed to {purpose}",
}


def purposes(connection: Connection) -> dict[str, Purpose]:
    """What personal data may be asked for, by name."""
    found = rows(connection, sql("purposes"))
    return {row["name"]: convert(row, Purpose) for row in found}


def person(connection: Connection, who: Who, person_id: str, purpose: str) -> Person:
    """What office, consent and grant allow to be seen of a person; asking is written down, and so is a refusal."""
    why_not, found = _looked_up(connection, who, {"person": person_id, "purpose": purpose})
    if why_not or not found:
        refuse(connection, who, person_id, purpose, why_not or "stranger")
    write_down(connection, who, person_id, purpose)
    return Person(str(found[0]["id"]), found[0]["name"], found[0]["phone"], found[0]["since"], found[0]["email"])


def reporters_of(connection: Connection, who: Who, case: int) -> list[Person]:
    """Those who reported a case and agreed to be reached; each asking is written down."""
    found: list[Person] = []
    for row in rows(connection, sql("reporters_named"), {"case": case}):
        with suppress(AccessRefusedError):
            found.append(person(connection, who, row["person"], "contact"))
    return found


def refuse(connection: Connection, who: Who, person_id: str, purpose: str, why_not: str) -> NoReturn:
    """Say no in words; the refusal stays on record although the request fails."""
    known = purposes(connection)
    roles = " and ".join(known[purpose].roles) if purpose in known else ""
    words = SAYS[why_not].format(purpose=purpose, purposes=", ".join(known), roles=roles)
    write_down(connection, who, person_id, purpose, words)
    connection.commit()
    raise REFUSALS.get(why_not, AccessRefusedError)(words)


def write_down(connection: Connection, who: Who, person_id: str, purpose: str, why_not: str = "") -> None:
    """An entry of the evidence log: who asked for whom, for what, and how it was answered."""
    answer = "refused" if why_not else "allowed"
    says = Text(f"{who.name} asked for a person's data ({purpose}): {answer}",
                f"{who.name} 查询个人信息（{purpose}）：{'拒绝' if why_not else '允许'}")  # fmt: skip
    facts = {"person": person_id, "purpose": purpose, "answer": answer, "why": why_not}
    witness(connection, "access", says, who=who.name, at=datetime.now(UTC), facts=facts)


def _looked_up(connection: Connection, who: Who, asked: Mapping[str, str]) -> tuple[str | None, list[dict[str, Any]]]:
    """Asked as the reader, so that the database itself holds the door; the purpose stands for this one look only."""
    become(connection, who)
    why_not = rows(connection, sql("why_not"), asked)[0]["why"]
    connection.execute(sql("for_purpose"), asked)
    found = rows(connection, sql("person_row"), asked)
    connection.execute(sql("for_purpose"), {"purpose": ""})
    connection.execute("reset role")
    return why_not, found
