"""The columns of a scoring file, whichever format it has: weights as numbers, everything else as words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.scores.lines import Words

START = 1 << 16
RATIOS = ("OR", "HR")
CATALOG = {
    *("hm_chr", "hm_pos", "hm_rsID", "hm_inferOtherAllele", "chr_name", "chr_position", "rsID", "variant_id"),
    *("effect_allele", "other_allele", "reference_allele", "is_haplotype", "is_diplotype", "is_interaction"),
    *("is_dominant", "is_recessive"),
}


@dataclass(frozen=True)
class Columns:
    """What a file says: its `#key=value` header, the names of its columns, and those that are read."""

    path: Path
    header: Mapping[str, str]
    names: Sequence[str]
    words: dict[str, Any]
    line: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.line)

    def taken(self, rows: NDArray[np.bool_]) -> "Columns":
        """The same of some lines."""
        words = {name: column[rows] for name, column in self.words.items()}
        return Columns(self.path, self.header, self.names, words, self.line[rows])

    def refuse(self, wrong: NDArray[np.bool_], says: str) -> None:
        """Refuse the file by the first line that is wrong."""
        if wrong.any():
            raise FileError(f"{self.path}: {says} in line {self.line[np.argmax(wrong)]} below its header")

    def text(self, *names: str) -> Words:
        """What the first of some columns says that says anything, line by line; `.` and NA say nothing."""
        found = np.full(len(self), "", dtype=np.str_)
        for name in (name for name in names if name in self.words):
            said = self.words[name]
            found = np.where((found == "") & ~np.isin(said, (".", "NA")), said, found)
        return found

    def truth(self, name: str) -> NDArray[np.bool_]:
        """Whether a column says yes."""
        return np.isin(np.char.lower(self.text(name)), ("true", "1", "yes"))

    def numbers(self, name: str) -> Doubles:
        """A column of weights, none of them absent."""
        if name not in self.words:
            raise FileError(f"{self.path}: no column {name}")
        found = self.words[name].astype(np.float64)
        self.refuse(~np.isfinite(found), f"column {name}: no weight")
        return found


def columns_of(path: Path) -> Columns:
    """Read a file; a table whose first line holds weights already has no header."""
    text = read_bytes(path)
    header, skipped = _header(text)
    delimiter = "\t" if b"\t" in text[:START] else " "
    names = _names(text, skipped, delimiter)
    bare = len(names) > 2 and all(map(_weight, names[2:]))
    names = ["ID", "A1", *(f"SCORE{at + 1}" for at in range(len(names) - 2))] if bare else names
    rows = csv.ReadOptions(skip_rows=skipped, column_names=names if bare else None)
    try:
        table = csv.read_csv(
            pa.BufferReader(text), rows, csv.ParseOptions(delimiter=delimiter, quote_char=False), _types(names)
        )
    except pa.ArrowInvalid as wrong:
        raise FileError(f"{path}: {wrong}") from None
    words = {name: _array(table[name]) for name in table.column_names}
    return Columns(path, header, names, words, np.arange(1, table.num_rows + 1))


def is_catalog(names: Sequence[str]) -> bool:
    """Whether the columns are the PGS Catalog's."""
    return "effect_allele" in names


def numeric(name: str, at: int, names: Sequence[str]) -> bool:
    """Whether a column holds weights."""
    return name.endswith("_weight") or name in RATIOS if is_catalog(names) else at >= 2


def _types(names: Sequence[str]) -> csv.ConvertOptions:
    """All of plink2's table is read, of the catalogue's what a score needs."""
    kinds = {name: pa.float64() if numeric(name, at, names) else pa.string() for at, name in enumerate(names)}
    needed = [name for at, name in enumerate(names) if name in CATALOG or numeric(name, at, names)]
    wanted = needed if is_catalog(names) else list(names)
    return csv.ConvertOptions(column_types=kinds, strings_can_be_null=False, include_columns=wanted)


def _array(column: Any) -> Any:
    """A column as numpy text or numbers (absent numbers are NaN, and refused where a weight is due)."""
    if pa.types.is_string(column.type):
        return np.array(column.to_pylist(), dtype=np.str_)
    return column.to_numpy()


def _weight(word: str) -> bool:
    """Whether a word is a weight already, so that the table has no header."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _header(text: bytes) -> tuple[dict[str, str], int]:
    """The `#key=value` lines, and how many lines begin with # and are not the column names."""
    header: dict[str, str] = {}
    skipped = 0
    for line in text[:START].decode(errors="replace").splitlines():
        if not line.startswith("#") or line.split("\t")[0].upper() in {"#ID", "#RSID"}:
            break
        key, found, value = line.lstrip("#").partition("=")
        header |= {key.strip(): value.strip()} if found else {}
        skipped += 1
    return header, skipped


def _names(text: bytes, skipped: int, delimiter: str) -> list[str]:
    lines = text[:START].split(b"\n", skipped + 1)
    return lines[skipped].decode().rstrip("\r").split(delimiter) if len(lines) > skipped else []
