"""The people of a study."""

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.text import Rows
from citywide.systems.genomics.engine.files.wrong import FileError

MALE, FEMALE = [b"1", b"M", b"m", b"male", b"Male"], [b"2", b"F", b"f", b"female", b"Female"]


@dataclass(frozen=True)
class People:
    """The columns of a `.fam`, one entry a person; sex is 1 male, 2 female, 0 unknown."""

    family: NDArray[np.bytes_]
    person: NDArray[np.bytes_]
    father: NDArray[np.bytes_]
    mother: NDArray[np.bytes_]
    sex: NDArray[np.int8]
    phenotype: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.person)

    def take(self, mask: NDArray[np.bool_]) -> "People":
        """Some of them."""
        return People(*(getattr(self, column.name)[mask] for column in fields(self)))

    @cached_property
    def row(self) -> dict[tuple[bytes, bytes], int]:
        """Where a (family, person) stands."""
        return {pair: row for row, pair in enumerate(zip(self.family.tolist(), self.person.tolist(), strict=True))}

    @cached_property
    def shared(self) -> frozenset[bytes]:
        """Individual ids that stand in several families, so that they alone name nobody."""
        ids, counts = np.unique(self.person, return_counts=True)
        return frozenset(ids[counts > 1].tolist())

    @cached_property
    def row_by_person(self) -> dict[bytes, int]:
        """Where a person stands by the individual id alone; ids that two families share are left out."""
        return {person: row for row, person in enumerate(self.person.tolist()) if person not in self.shared}

    def alone(self, person: bytes) -> int | None:
        """Where the person of this individual id stands; refuses an id that two families share."""
        if person in self.shared:
            raise FileError(f"{person.decode()} stands in several families; name people by FID and IID")
        return self.row_by_person.get(person)


def read_people(path: Path) -> People:
    """The people of a `.fam`; nobody may stand in it twice."""
    return people_of(Rows(path, 6))


def people_of(rows: Rows) -> People:
    """The people of lines in the form of a `.fam`."""
    if not len(rows):
        raise FileError(f"{rows.path}: no people")
    family, person, father, mother, sex, phenotype = (rows.column(field) for field in range(6))
    known = np.where(np.isin(sex, MALE), 1, np.where(np.isin(sex, FEMALE), 2, 0)).astype(np.int8)
    people = People(family, person, father, mother, known, phenotype)
    if len(people.row) < len(people):
        raise FileError(f"{rows.path}: {_first_twice(people)} stands twice")
    return people


def _first_twice(people: People) -> str:
    seen: set[tuple[bytes, bytes]] = set()
    for pair in zip(people.family.tolist(), people.person.tolist(), strict=True):
        if pair in seen:
            return " ".join(part.decode() for part in pair)
        seen.add(pair)
    return ""


def founders(people: People, among: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Who names no parent, as plink2 has it, be they in the file or not; everybody where nobody is a founder."""
    here = np.ones(len(people), np.bool_) if among is None else among
    free = here & (people.father == b"0") & (people.mother == b"0")
    return free if free.any() else here
