"""Scoring files: the PGS Catalog's format (plain or harmonised, gzipped or not), and plink2's table of
weights.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.scores.lines import Lines, Weights, Words

DOSAGES = np.array([0.0, 1.0, 2.0])
READ = {
    *("hm_chr", "hm_pos", "hm_rsID", "hm_inferOtherAllele", "chr_name", "chr_position", "rsID", "variant_id"),
    *("effect_allele", "other_allele", "reference_allele", "is_haplotype", "is_diplotype", "is_interaction"),
    *("is_dominant", "is_recessive"),
}
NOT_PER_VARIANT = ("is_haplotype", "is_diplotype", "is_interaction")


def read_scores(path: str | Path) -> list[Weights]:
    """The scores of a file: one in the PGS Catalog's format, one for each weight column in plink2's."""
    path = Path(path)
    header, names, columns = _columns(path)
    if "effect_allele" in names:
        return [_catalog(path, header, columns)]
    return _plink(path, names, columns)


def _columns(path: Path) -> tuple[dict[str, str], list[str], dict[str, Words]]:
    text = read_bytes(path)
    header, skipped = _header(text)
    delimiter = "\t" if b"\t" in text[: 1 << 16] else " "
    names = _names(text, skipped, delimiter)
    bare = len(names) > 2 and all(map(_weight, names[2:]))
    names = ["ID", "A1", *_called(len(names) - 2)] if bare else names
    options = csv.ReadOptions(skip_rows=skipped, column_names=names if bare else None)
    try:
        kinds = {name: pa.float64() if numeric(name, at, names) else pa.string() for at, name in enumerate(names)}
        types = csv.ConvertOptions(column_types=kinds, strings_can_be_null=False, include_columns=_wanted(names))
        parse = csv.ParseOptions(delimiter=delimiter, quote_char=False)
        table = csv.read_csv(pa.BufferReader(text), options, parse, types)
    except pa.ArrowInvalid as wrong:
        raise FileError(f"{path}: {wrong}") from None
    return header, names, {name: _array(table[name]) for name in table.column_names}


def numeric(name: str, at: int, names: Sequence[str]) -> bool:
    """Whether a column holds weights."""
    return name.endswith("_weight") if "effect_allele" in names else at >= 2


def _wanted(names: Sequence[str]) -> list[str]:
    """The columns that are read: all of plink2's table, of the catalogue's those that a score needs."""
    return (
        [name for name in names if name in READ or name.endswith("_weight")]
        if "effect_allele" in names
        else list(names)
    )


def _array(column: Any) -> Any:
    """A column as numpy text or numbers (absent numbers are NaN, and refused where a weight is due)."""
    if pa.types.is_string(column.type):
        return np.array(column.to_pylist(), dtype=np.str_)
    return column.to_numpy()


def _called(many: int) -> list[str]:
    """What plink2 calls the scores of a table without a header."""
    return [f"SCORE{at + 1}" for at in range(many)]


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
    lines = text[: 1 << 16].decode(errors="replace").splitlines()
    skipped = 0
    for line in lines:
        if not line.startswith("#") or line.split("\t")[0].upper() in {"#ID", "#RSID"}:
            break
        key, found, value = line.lstrip("#").partition("=")
        header |= {key.strip(): value.strip()} if found else {}
        skipped += 1
    return header, skipped


def _names(text: bytes, skipped: int, delimiter: str) -> list[str]:
    lines = text[: 1 << 16].split(b"\n", skipped + 1)
    return lines[skipped].decode().rstrip("\r").split(delimiter) if len(lines) > skipped else []


def _catalog(path: Path, header: dict[str, str], columns: dict[str, Words]) -> Weights:
    usable = np.ones(len(columns["effect_allele"]), np.bool_)
    for name in NOT_PER_VARIANT:
        usable &= ~_truth(columns, name, len(usable))
    kept = {name: column[usable] for name, column in columns.items()}
    harmonised = "hm_chr" in kept and "hm_pos" in kept
    place = ("hm_chr", "hm_pos") if harmonised else ("chr_name", "chr_position")
    lines = Lines(
        _text(kept, place[0]),
        _integers(_text(kept, place[1], len(kept["effect_allele"]))),
        _first(kept, ("hm_rsID", "rsID", "variant_id"), len(kept["effect_allele"])),
        np.char.upper(kept["effect_allele"]),
        np.char.upper(_first(kept, ("other_allele", "reference_allele", "hm_inferOtherAllele"), int(usable.sum()))),
    )
    name = header.get("pgs_id") or path.name.split(".")[0]
    return Weights(name, lines, _adds(path, kept), int((~usable).sum()))


def _adds(path: Path, columns: dict[str, Words]) -> Doubles:
    """Weights for 0, 1 and 2 copies: additive, dominant, recessive, or each given by itself."""
    names = [f"dosage_{copies}_weight" for copies in range(3)]
    if all(name in columns for name in names):
        return np.stack([_numbers(path, columns, name) for name in names], axis=1)
    weight = _numbers(path, columns, "effect_weight")
    counts = np.broadcast_to(DOSAGES, (len(weight), 3)).copy()
    counts[_truth(columns, "is_dominant", len(weight))] = (0, 1, 1)
    counts[_truth(columns, "is_recessive", len(weight))] = (0, 0, 1)
    return counts * weight[:, None]


def _plink(path: Path, names: Sequence[str], columns: dict[str, Words]) -> list[Weights]:
    if len(names) < 3:
        raise FileError(f"{path}: expected columns effect_allele … or variant id, allele, weights with a header")
    ids, effect = columns[names[0]], np.char.upper(columns[names[1]])
    blank, nowhere = np.full(len(ids), ""), np.full(len(ids), -1)
    lines = Lines(blank, nowhere, ids, effect, blank)
    return [Weights(name, lines, _numbers(path, columns, name)[:, None] * DOSAGES) for name in names[2:]]


def _numbers(path: Path, columns: dict[str, Words], name: str) -> Doubles:
    if name not in columns:
        raise FileError(f"{path}: no column {name}")
    found = columns[name].astype(np.float64)
    if not np.isfinite(found).all():
        line = int(np.argmin(np.isfinite(found))) + 1
        raise FileError(f"{path}: column {name}: no weight in line {line} below its header")
    return found


def _integers(words: Words) -> NDArray[np.int64]:
    good = np.char.isdigit(words)
    return np.where(good, np.where(good, words, "0").astype(np.float64), -1).astype(np.int64)


def _truth(columns: dict[str, Words], name: str, many: int) -> NDArray[np.bool_]:
    return np.isin(np.char.lower(_text(columns, name, many)), ("true", "1", "yes"))


def _text(columns: dict[str, Words], name: str, many: int = 0) -> Words:
    if name in columns:
        return columns[name]
    return np.full(many or len(columns["effect_allele"]), "")


def _first(columns: dict[str, Words], names: Sequence[str], many: int) -> Words:
    found = np.full(many, "", dtype=np.str_)
    for name in names:
        if name in columns:
            found = np.where(found == "", columns[name], found)
    return found
