"""Phenotype and covariate tables, and lists of people or variants, with PLINK's and REGENIE's conventions.

    table = read_table("pheno.tsv")            # header FID IID …, #FID IID …, #IID … or IID …
    values = align(table, bed.people)          # float64[people, columns], NaN where missing or absent
    mask = keep_mask(bed.people, ["keep.txt"])
    ids = read_names("extract.txt")            # a set of byte strings

`NA`, `nan`, `.`, `-9` (and -9.0) and empty cells are missing (PLINK's habit; REGENIE has `NA`);
`missing=("NA",)` keeps -9 a number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.cells import NONE, numbers_of, words_of
from citywide.systems.genomics.engine.files.columns import chosen, columns, side_by_side, wanted
from citywide.systems.genomics.engine.files.people import People
from citywide.systems.genomics.engine.files.wrong import FileError

CATEGORY = "; --catCovarList takes a column of names"
MISSING = ("NA", "nan", "NaN", "N/A", ".", "-9")


@dataclass(frozen=True)
class Table:
    """Named columns of numbers by person; `family` is empty where the table has person ids alone."""

    family: list[bytes]
    person: list[bytes]
    names: tuple[str, ...]
    values: NDArray[np.float64]
    path: Path

    def only(self, names: Sequence[str]) -> "Table":
        """The same people with these columns, in this order."""
        names = chosen(self.path, self.names, names)
        where = [self.names.index(name) for name in names]
        return Table(self.family, self.person, tuple(names), self.values[:, where], self.path)

    @property
    def first(self) -> str:
        """Who stands first, as the table names people; nobody in an empty one."""
        return b" ".join([*self.family[:1], *self.person[:1]]).decode() or "nobody"


def read_covariates(
    path: str | Path, named: Sequence[str], categories: Sequence[str], missing: Iterable[str] = MISSING
) -> Table:
    """The columns that are named, and those of categories; all of them where none is."""
    only = (*named, *categories) if named else ()
    table = read_table(path, missing, categories, only, CATEGORY)
    return table.only(only) if only else table


def read_table(
    path: str | Path,
    missing: Iterable[str] = MISSING,
    categories: Sequence[str] = (),
    only: Sequence[str] = (),
    hint: str = "",
) -> Table:
    """Read a table with a header line; the columns after the ids (or `only` these of them) must hold numbers, but for
    those of categories.
    """
    head, words, lines = words_of(Path(path))
    missing = (*missing, NONE.decode())
    ids = _id_columns(Path(path), head)
    cells = np.array(words, dtype=np.bytes_).reshape(-1, len(head))
    here = wanted(Path(path), [name.decode() for name in head[ids:]], categories, only)
    found = columns(dict(zip(head[ids:], cells.T[ids:], strict=True)), here, categories, missing)
    names = tuple(name.decode() for name, _ in found)
    values = numbers_of(Path(path), names, side_by_side(found, len(cells)), missing, lines, hint)
    table = Table(cells[:, 0].tolist() if ids == 2 else [], cells[:, ids - 1].tolist(), names, values, Path(path))
    _refuse_twice(table, lines)
    return table


def align(table: Table, people: People) -> NDArray[np.float64]:
    """The table's values in the order of `people`; NaN for a person whom the table does not name."""
    values = np.full((len(people), len(table.names)), np.nan)
    here = rows_in(table, people)
    found = here >= 0
    values[here[found]] = table.values[found]
    return values


def rows_in(table: Table, people: People) -> NDArray[np.int64]:
    """Where each person of the table stands in `people`, -1 when not there."""
    if table.family:
        pairs = zip(table.family, table.person, strict=True)
        return np.array([people.row.get(pair, -1) for pair in pairs], np.int64)
    found = map(people.alone, table.person)
    return np.array([-1 if row is None else row for row in found], np.int64)


def _id_columns(path: Path, head: list[bytes]) -> int:
    """How many columns name the person: two with a family id, else one."""
    if twice := sorted({name.decode() for name in head if head.count(name) > 1}):
        raise FileError(f"{path}: two columns are called {twice[0]}; rename one")
    first = head[0].lstrip(b"#").upper()
    if first == b"FID" and len(head) > 1 and head[1].upper() == b"IID":
        return 2
    if first == b"IID":
        return 1
    hint = "; semicolons do not part columns here, commas, tabs and blanks do" if b";" in first else ""
    found = head[0].decode(errors="replace")
    raise FileError(f"{path}: the header must begin with FID IID or IID, found {found}{hint}")


def _refuse_twice(table: Table, lines: Sequence[int]) -> None:
    if len(set(table.person)) == len(table.person):
        return
    pairs = zip(table.family or table.person, table.person, strict=True)
    seen: set[tuple[bytes, bytes]] = set()
    for number, pair in zip(lines, pairs, strict=True):
        if pair in seen:
            raise FileError(f"{table.path}: line {number}: {pair[1].decode()} stands twice")
        seen.add(pair)
