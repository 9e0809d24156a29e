"""Residents: who they are, what they agreed to, and which departments keep them on file."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import structs
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Contact
from citywide.kit.text import Text


def add_person(connection: Connection, contact: Contact, consents: tuple[str, ...] = ()) -> str:
    """Remember a resident, and what they agreed to."""
    row = connection.execute(sql("add_person"), structs.asdict(contact)).fetchone()
    assert row is not None
    for purpose in consents:
        connection.execute(sql("give_consent"), {"person": str(row[0]), "purpose": purpose})
    return str(row[0])


def add_persons(connection: Connection, names: Sequence[str], phones: Sequence[str | None]) -> list[str]:
    """Remember many residents at once, with no consent to anything."""
    found = rows(connection, sql("add_persons"), {"names": list(names), "phones": list(phones)})
    return [str(row["id"]) for row in found]


def keep_on_file(
    connection: Connection, persons: Sequence[str], purpose: str, department: str, lasts: timedelta
) -> None:
    """Let a department ask for these residents for a purpose, as long as it has to do with them."""
    values = {"persons": list(persons), "purpose": purpose, "department": department, "lasts": lasts}
    connection.execute(sql("keep_on_file"), values)


def agreed(connection: Connection, person: str) -> set[str]:
    """The purposes that a resident has agreed to and not taken back."""
    return set(rows(connection, sql("person_consents"), {"person": person})[0]["purposes"])


def agree(connection: Connection, person: str, purpose: str) -> None:
    """A resident agrees to a purpose; saying so again changes nothing."""
    if purpose in agreed(connection, person):
        return
    connection.execute(sql("give_consent"), {"person": person, "purpose": purpose})
    says = Text(f"consent to {purpose} given", f"同意“{purpose}”用途")
    witness(connection, "access", says, facts={"person": person})


def withdraw(connection: Connection, person: str, purpose: str) -> None:
    """A resident takes consent back; from now on the door stays shut for this purpose."""
    connection.execute(sql("withdraw_consent"), {"person": person, "purpose": purpose})
    says = Text(f"consent to {purpose} withdrawn", f"撤回“{purpose}”用途的同意")
    witness(connection, "access", says, facts={"person": person})
