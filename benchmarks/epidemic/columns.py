"""Columns of a forecast hub's tables as plain arrays."""

import csv
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Days = NDArray[np.datetime64]
Texts = NDArray[np.str_]
Ints = NDArray[np.intp]

WRITTEN = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})((?:[T ].*)?)")
ENDINGS = (".parquet", ".csv", ".csv.gz")  # that a table of a folder may have; the first that is there is read
NO_NUMBERS = ("as_of", "date", "target_end_date", "reference_date", "week_start", "location", "region", "target")
_AS_TEXT = pc.ConvertOptions(column_types={name: pa.string() for name in NO_NUMBERS})
_AS_ONE = pc.ReadOptions(block_size=1 << 30)  # a column is what all its rows are, not its first ones
OTHER_NAMES = {"date": "target_end_date", "value": "observation", "model": "model_id"}  # that hubs have for columns


def read(file: Path, names: Sequence[str]) -> pa.Table:
    """A table in which these columns are, whatever their order."""
    table: pa.Table = pq.read_table(file) if file.suffix == ENDINGS[0] else pc.read_csv(file, _AS_ONE, None, _AS_TEXT)
    lacking = [name for name in names if name not in table.column_names]
    if unknown := [name for name in lacking if OTHER_NAMES.get(name) not in table.column_names]:
        raise SystemExit(f"{file.name} has no column {', '.join(unknown)}; it has {', '.join(table.column_names)}")
    for name in lacking:
        table = table.append_column(name, table[OTHER_NAMES[name]])
    return table


def find(folder: Path, name: str, endings: Sequence[str] = ENDINGS) -> Path | None:
    """The first table of this name, if there is one."""
    return next((file for ending in endings for file in sorted(folder.glob(name + ending))), None)


def one(folder: Path, name: str) -> Path:
    """The first table of this name, which has to be there."""
    found = find(folder, name)
    if found is None:
        raise SystemExit(f"{folder} holds no file {name}{' or '.join(ENDINGS)}")
    return found


def listed(folder: Path, places: set[str]) -> set[str]:
    """Places named by the locations file, in whichever of its columns has these codes; all without one."""
    file = find(folder, "*locations*", (".csv",))
    if file is None:
        return places
    rows = _table(file.read_bytes())
    columns = [{code(row[name]) for row in rows} for name in (rows[0] if rows else ())]
    known = [{place for place in places if code(place) in column} for column in columns]
    return max(known, key=len, default=places) or places


def _table(raw: bytes) -> list[dict[str, str]]:
    """Rows of a table of texts, however they are parted; codes are plain in every encoding, names may be lost."""
    wide = raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
    lines = raw.decode("utf-16" if wide else "utf-8-sig", errors="replace").splitlines()
    return list(csv.DictReader(lines, delimiter=max(",;\t", key=lines[0].count))) if lines else []


def one_name(names: Texts) -> Texts:
    """The longest of the ways in which each place is written: some vintages may have lost the zeros of its code."""
    longest: dict[str, str] = {}
    for name in sorted(set(names.tolist()), key=len):
        longest[code(name)] = name
    return np.array([longest[code(name)] for name in names.tolist()], dtype=np.str_)


def code(place: str | None) -> str:
    """A place's code without the zeros that spreadsheets cut off, large letters or small."""
    return (place or "").strip().lstrip("0").casefold()


def at_places(names: Texts, places: Sequence[str]) -> Ints:
    """Which of the places each name means; -1 for none."""
    exact, alike = ({form(place): at for at, place in enumerate(places)} for form in (str, code))
    at = {name: exact.get(name, alike.get(code(name), -1)) for name in set(names.tolist())}
    return np.array([at[name] for name in names.tolist()], dtype=np.intp)


def is_number(name: str) -> bool:
    """Whether a column's name is a quantile level."""
    return name.replace(".", "", 1).isdigit()


def texts(column: Any) -> Texts:
    """A column as texts, empty where there is none."""
    return np.array(["" if value is None else str(value) for value in column.to_pylist()], dtype=np.str_)


def floats(column: Any) -> Floats:
    """A column as numbers, NaN where there is none."""
    if _is_text(column):
        return np.array([_number(value) for value in column.to_pylist()], dtype=np.float64)
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def times(column: Any) -> Days:
    """A column as moments of universal time, whether kept as texts, days or timestamps; NaT where there is none."""
    if _is_text(column) or pa.types.is_integer(column.type):
        values = texts(column).tolist()
        known = {value: _moment(value) for value in set(values)}
        return np.array([known[value] for value in values], dtype="datetime64[s]")
    return column.cast(pa.timestamp("s"), safe=False).to_numpy().astype("datetime64[s]")


def days_of(column: Any) -> Days:
    """A column as days."""
    return times(column).astype("datetime64[D]")


def _is_text(column: Any) -> bool:
    return any(kind(column.type) for kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _number(value: str | None) -> float:
    try:
        return float(value or "nan")
    except ValueError:
        return float("nan")


def _moment(value: str) -> np.datetime64:
    """Year, month and day, with or without signs between them and zeros before, then the hour and the zone if any."""
    found = WRITTEN.fullmatch(value.strip())
    try:
        year, month, day, hour = found.groups() if found else ("", "", "", "")
        moment = datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}{hour}")
    except ValueError:
        return np.datetime64("NaT")
    return np.datetime64(moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment, "s")
