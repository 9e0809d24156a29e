"""Who asks, in which role, and for what purpose."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

EVERYWHERE = "*"  # the place of an office that is every department's
ROLES = ("officer", "manager", "crew", "scientist", "engineer", "auditor", "device")


def must_be_departments(names: Iterable[str]) -> None:
    """Refuse a name that would stand for several."""
    for name in names:
        if "," in name or not name.strip():
            raise ValueError(f"{name!r} is no department: each has its own --department")


class Purpose(Struct, frozen=True):
    """Why personal data may be asked for, by whom, and what it needs beside an office that has to do with them."""

    name: str
    roles: tuple[str, ...]
    needs_consent: bool
    needs_grant: bool


class Hat(Struct, frozen=True):
    """What somebody is, and of which departments: by an office of their own, or by one that was lent to them."""

    roles: tuple[str, ...]
    departments: tuple[str, ...]
    everywhere: bool = False

    def offices(self) -> Iterator[str]:
        """Each role in each department, as `officer@drainage`; what belongs to no department is everybody's."""
        places = (EVERYWHERE,) if self.everywhere else ("", *self.departments)
        return (f"{role}@{place}" for role in self.roles for place in places)


class Who(Struct, frozen=True):
    """The person or machine behind a request: its roles and the departments whose rows it may see.

    Whoever acts for others sees with all hats at once, but is in a department only what one of the hats is there.
    """

    name: str
    roles: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    everywhere: bool = False
    hats: tuple[Hat, ...] = ()

    @classmethod
    def wearing(cls, name: str, hats: Iterable[Hat]) -> "Who":
        """Somebody with all their hats."""
        worn = tuple(hats)
        roles = sorted({role for hat in worn for role in hat.roles})
        departments = sorted({department for hat in worn for department in hat.departments})
        return cls(name, tuple(roles), tuple(departments), any(hat.everywhere for hat in worn), worn)

    @property
    def offices(self) -> frozenset[str]:
        """What this is, and where."""
        own = Hat(self.roles, self.departments, self.everywhere)
        return frozenset(office for hat in self.hats or (own,) for office in hat.offices())

    def is_in(self, department: str, roles: Iterable[str]) -> bool:
        """Whether this is any of these roles in that department."""
        wanted = {f"{role}@{place}" for role in roles for place in (department, EVERYWHERE)}
        return not self.offices.isdisjoint(wanted)


class Contact(Struct, frozen=True):
    """How a resident wants to be called and reached; all of it may be missing."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


class Person(Struct, frozen=True):
    """A resident as far as consent and role allow it to be seen."""

    id: str
    name: str | None
    phone: str | None
    since: datetime
    email: str | None = None
