"""Residents: the one door to personal data, which writes down who asked and why."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec import structs
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import Contact, Person, Purpose, Who
from citywide.kit.text import Text

PURPOSES: Mapping[str, Purpose] = {
    "contact": Purpose("contact"),
    "research": Purpose("research"),
    "emergency": Purpose("emergency", needs_consent=False),
    "disease_control": Purpose("disease_control", needs_consent=False, needs_grant=True),
}
ASKING_ROLES: Mapping[str, tuple[str, ...]] = {
    "contact": ("officer", "manager"),
    "research": ("scientist",),
    "emergency": ("officer", "manager", "crew"),
    "disease_control": ("officer", "manager"),
}
LONGEST_GRANT = timedelta(days=14)


class AccessRefusedError(PermissionError):
    """Personal data were asked for without right or consent; the asking is in the evidence log."""


class NoSuchPersonError(AccessRefusedError):
    """Nobody is known by this name or number."""


class UnknownPurposeError(AccessRefusedError):
    """There is no such purpose, or nothing is given for it."""


def add_person(connection: Connection, contact: Contact, consents: tuple[str, ...] = ()) -> str:
    """Remember a resident, and what they agreed to."""
    row = connection.execute(sql("add_person"), structs.asdict(contact)).fetchone()
    assert row is not None
    for purpose in consents:
        connection.execute(sql("give_consent"), {"person": str(row[0]), "purpose": PURPOSES[purpose].name})
    return str(row[0])


def add_persons(connection: Connection, names: Sequence[str], phones: Sequence[str | None]) -> list[str]:
    """Remember many residents at once, with no consent to anything."""
    found = rows(connection, sql("add_persons"), {"names": list(names), "phones": list(phones)})
    return [str(row["id"]) for row in found]


def agreed(connection: Connection, person: str) -> set[str]:
    """The purposes that a resident has agreed to and not taken back."""
    found = rows(connection, sql("person_consents"), {"person": person})
    return set(found[0]["purposes"]) if found else set()


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


def person(connection: Connection, who: Who, person_id: str, purpose: str) -> Person:
    """What consent and role allow to be seen of a person; asking is written down, and so is a refusal."""
    refused = _why_not(connection, who, person_id, purpose)
    _written_down(connection, who, person_id, purpose, str(refused) if refused else None)
    if refused:
        connection.commit()  # the refusal stays on record although the request fails
        raise refused
    row = rows(connection, sql("person_row"), {"person": person_id})[0]
    return Person(str(row["id"]), row["name"], row["phone"], row["since"], row["email"])


def reporters_of(connection: Connection, who: Who, case: int) -> list[Person]:
    """Those who reported a case and agreed to be reached; each asking is written down."""
    found: list[Person] = []
    for row in rows(connection, sql("reporters_named"), {"case": case}):
        with suppress(AccessRefusedError):
            found.append(person(connection, who, row["person"], "contact"))
    return found


def _written_down(connection: Connection, who: Who, person_id: str, purpose: str, why_not: str | None) -> None:
    answer = "refused" if why_not else "allowed"
    says = Text(f"{who.name} asked for a person's data ({purpose}): {answer}",
                f"{who.name} 查询个人信息（{purpose}）：{'拒绝' if why_not else '允许'}")  # fmt: skip
    facts = {"person": person_id, "purpose": purpose, "answer": answer, "why": why_not or ""}
    witness(connection, "access", says, who=who.name, at=datetime.now(UTC), facts=facts)


def has_grant(connection: Connection, who: Who, purpose: str) -> bool:
    """Whether this person may ask for this purpose now; only some purposes need a grant."""
    if not PURPOSES[purpose].needs_grant:
        return True
    values = {"staff": who.name, "purpose": purpose, "now": datetime.now(UTC)}
    return bool(connection.execute(sql("grant_in_force"), values).rowcount)


def must_have_grant(connection: Connection, who: Who, purpose: str) -> None:
    """Refuse whoever has no grant in force before anything is looked up; the refusal is written down."""
    if not has_grant(connection, who, purpose):
        why = f"no grant for {purpose} is in force; ask a manager for one"
        _written_down(connection, who, "", purpose, why)
        connection.commit()
        raise AccessRefusedError(why)


def grant(connection: Connection, giver: Who, taker: str, purpose: str, lasts: timedelta, why: str) -> datetime:
    """Let somebody else ask for a purpose for a while; who let whom, until when and why is written down."""
    if purpose not in PURPOSES or not PURPOSES[purpose].needs_grant:
        given = ", ".join(name for name, one in PURPOSES.items() if one.needs_grant)
        raise UnknownPurposeError(f"grants are given for {given}")
    refused = _why_no_grant(giver, taker, lasts, why)
    if refused:
        raise AccessRefusedError(refused)
    now = datetime.now(UTC)
    values = {"staff": taker, "purpose": purpose, "giver": giver.name, "now": now, "until": now + lasts, "why": why}
    if not connection.execute(sql("give_grant"), values).rowcount:
        raise NoSuchPersonError(f"nobody is called {taker!r}")
    until = f"{now + lasts:%Y-%m-%d %H:%M} UTC"
    says = Text(f"{giver.name} lets {taker} ask for personal data ({purpose}) until {until}: {why}",
                f"{giver.name} 授权 {taker} 查询个人信息（{purpose}）至 {until}：{why}")  # fmt: skip
    witness(connection, "access", says, who=giver.name, at=now, facts={"to": taker, "purpose": purpose, "why": why})
    return now + lasts


def _why_no_grant(giver: Who, taker: str, lasts: timedelta, why: str) -> str | None:
    if "manager" not in giver.roles or giver.name == taker:
        return "a manager gives grants, and not to themselves"
    if not timedelta(0) < lasts <= LONGEST_GRANT:
        return f"a grant lasts {LONGEST_GRANT.days} days at most"
    return None if why.strip() else "say why"


def _why_not(connection: Connection, who: Who, person_id: str, purpose: str) -> AccessRefusedError | None:
    if purpose not in PURPOSES:
        return UnknownPurposeError(f"no such purpose; there are {', '.join(PURPOSES)}")
    if not set(who.roles) & set(ASKING_ROLES[purpose]):
        return AccessRefusedError(f"purpose {purpose} is open to {' and '.join(ASKING_ROLES[purpose])}")
    if not has_grant(connection, who, purpose):
        return AccessRefusedError(f"no grant for {purpose} is in force; ask a manager for one")
    found = rows(connection, sql("person_consents"), {"person": person_id})
    if not found:
        return NoSuchPersonError("no such person")
    if PURPOSES[purpose].needs_consent and purpose not in found[0]["purposes"]:
        return AccessRefusedError(f"the person has not agreed to {purpose}")
    return None
