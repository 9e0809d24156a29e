"""Staff: passwords and sessions."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from msgspec import Struct, convert
from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.hub.people.who import ROLES, Hat, Who, must_be_departments
from citywide.kit.text import Text

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=5)
SHORTEST = 8  # characters of a password
hasher = PasswordHasher()


class SignInError(ValueError):
    """Name or password do not fit."""


class LockedError(SignInError):
    """Too many passwords have been tried for this name."""


class Session(Struct, frozen=True):
    """A staff member's session: the cookie's secret is given out once."""

    secret: str
    csrf: str
    who: Who


def add_staff(connection: Connection, who: Who, password: str) -> None:
    """Give a person a name, roles and a password."""
    must_be_roles(who.roles)
    must_be_departments(who.departments)
    if len(password) < SHORTEST:
        raise ValueError(f"the password has {len(password)} characters; at least {SHORTEST} are needed")
    connection.execute(sql("add_staff"), {
        "name": who.name, "password": hasher.hash(password), "roles": list(who.roles),
        "departments": list(who.departments), "everywhere": who.everywhere,
    })  # fmt: skip


def must_be_roles(roles: Sequence[str]) -> None:
    """Refuse roles that there are not."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"unknown roles {sorted(unknown)}; there are {', '.join(ROLES)}")


def sign_in(
    connection: Connection,
    name: str,
    password: str,
    length: timedelta,
    *,
    known: bool = False,
    at: datetime | None = None,
) -> Session:
    """Open a session, or say no; five wrong passwords lock the name for five minutes, whether anybody has it or not.

    The lock does not hold where the person is `known`: a stranger who types a name keeps nobody from duty.
    """
    row = _whoever_fits(connection, name, password, known=known)
    session = Session(token_urlsafe(32), token_urlsafe(16), _who(row))
    values = {"token": _hash(session.secret), "staff": name, "csrf": session.csrf, "until": datetime.now(UTC) + length}
    connection.execute(sql("open_session"), values)
    which = {"session": sha256(_hash(session.secret)).hexdigest()[:16]}  # or two would be one while the clock waits
    witness(connection, "access", Text(f"{name} signed in", f"{name} 登录"), who=name, at=at, facts=which)
    return session


def _whoever_fits(connection: Connection, name: str, password: str, *, known: bool) -> dict[str, Any]:
    """The person whose password this is; a wrong one is counted, also of a name that nobody has."""
    found = rows(connection, sql("staff_by_name"), {"name": name})
    if not known and rows(connection, sql("name_is_locked"), {"name": name}):
        raise LockedError("too many attempts; try again in a few minutes")
    if not _fits(found[0]["password"] if found else _nobodys(hasher), password) or not found:
        connection.execute(sql("wrong_password"), {"name": name, "most": MOST_FAILURES, "lock": LOCKED_FOR})
        connection.commit()
        raise SignInError("name or password do not fit")
    return found[0]


def session_of(connection: Connection, secret: str) -> tuple[Who, str] | None:
    """Who stands behind a session's cookie, with the rights lent by those they act for; and the CSRF token."""
    found = rows(connection, sql("session_by_token"), {"token": _hash(secret)})
    if not found:
        return None
    return Who.wearing(found[0]["name"], convert(found[0]["hats"], tuple[Hat, ...])), found[0]["csrf"]


def sign_out(connection: Connection, secret: str) -> None:
    """End a session."""
    connection.execute("delete from people.session where token_hash = %s", (_hash(secret),))


def _who(row: dict[str, Any]) -> Who:
    return Who(row["name"], tuple(row["roles"]), tuple(row["departments"]), row["everywhere"])


def _nobodys(of: PasswordHasher) -> str:
    """Nobody's hash: so that an unknown name takes as long as a wrong password."""
    return f"$argon2id$v=19$m={of.memory_cost},t={of.time_cost},p={of.parallelism}${'A' * 22}${'A' * 43}"


def _fits(hashed: str, password: str) -> bool:
    try:
        return hasher.verify(hashed, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
