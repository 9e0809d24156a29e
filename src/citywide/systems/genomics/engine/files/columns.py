"""Which columns of a table are read, and a category as columns of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.wrong import FileError

SHOWN = 20


def wanted(path: Path, there: Sequence[str], categories: Sequence[str], only: Sequence[str]) -> set[str]:
    """The columns that are read: those asked for and the categories, or all of them."""
    if unknown := set(categories) - set(there):
        raise FileError(f"{path}: no column {', '.join(sorted(unknown))}")
    return set(chosen(path, there, (*only, *categories)) if only else there)


def columns(
    there: Mapping[bytes, NDArray[np.bytes_]], chosen: set[str], categories: Sequence[str], missing: Iterable[str]
) -> list[tuple[bytes, NDArray[np.bytes_]]]:
    """The chosen columns in the table's order, a category as its levels' columns."""
    return [
        one
        for name, column in there.items()
        if name.decode() in chosen
        for one in (_levels(name, column, missing) if name.decode() in categories else [(name, column)])
    ]


def chosen(path: Path, there: Sequence[str], names: Sequence[str]) -> list[str]:
    """The columns that are named, each once."""
    found = list(dict.fromkeys(one for name in names for one in _ranged(there, name)))
    if unknown := [name for name in found if name not in there]:
        more = f" … ({len(there):,} in all)" * (len(there) > SHOWN)
        raise FileError(f"{path}: no column {', '.join(unknown)}; there are {', '.join(there[:SHOWN])}{more}")
    return found


def _ranged(there: Sequence[str], name: str) -> Sequence[str]:
    """`PC1-PC10` as the columns from the one to the other, as PLINK reads it; a category as its levels' columns."""
    if levels := [one for one in there if one.startswith(f"{name}=") and name not in there]:
        return levels
    first, dash, last = name.partition("-")
    if not dash or name in there or not {first, last} <= set(there):
        return [name]
    return there[there.index(first) : there.index(last) + 1]


def _levels(name: bytes, column: NDArray[np.bytes_], missing: Iterable[str]) -> list[tuple[bytes, NDArray[np.bytes_]]]:
    """A category as a column of 0 and 1 for each of its levels but the first."""
    absent = np.isin(column, np.array([word.encode() for word in missing], np.bytes_))
    levels: list[bytes] = np.unique(column[~absent]).tolist()
    return [
        (name + b"=" + level, np.where(absent, b"nan", np.where(column == level, b"1", b"0"))) for level in levels[1:]
    ]


def side_by_side(columns: Sequence[tuple[bytes, NDArray[np.bytes_]]], rows: int) -> NDArray[np.bytes_]:
    """The columns as one table."""
    return np.column_stack([column for _, column in columns]) if columns else np.zeros((rows, 0), np.bytes_)
