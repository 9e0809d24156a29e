"""Who asks, in which role, and for what purpose."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

ROLES = ("officer", "manager", "crew", "scientist", "engineer", "auditor", "device")


def must_be_departments(names: Iterable[str]) -> None:
    """Refuse a name that would stand for several."""
    for name in names:
        if "," in name or not name.strip():
            raise ValueError(f"{name!r} is no department: each has its own --department")


class Purpose(Struct, frozen=True):
    """Why personal data may be asked for: `contact` needs the reporter's consent, `disease_control` a grant."""

    name: str
    needs_consent: bool = True
    needs_grant: bool = False


class Who(Struct, frozen=True):
    """The person or machine behind a request: its roles and the departments whose rows it may see."""

    name: str
    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    everywhere: bool = False


class Person(Struct, frozen=True):
    """A resident as far as consent and role allow it to be seen."""

    id: str
    name: str | None
    phone: str | None
    since: datetime
