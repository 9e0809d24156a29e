"""A scan's table (GWAS-SSF), as the columns that pictures, clumps and reports need."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from citywide.systems.genomics.engine.files.chromosomes import table_numbers
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.counting import Doubles

NUMBERS = ("beta", "standard_error", "effect_allele_frequency", "p_value", "neg_log_10_p_value", "n")
TEXTS = ("chromosome", "effect_allele", "other_allele", "variant_id", "rsid", "test")
ABSENT = ("", ".", "NA", "#NA")
SMALLEST = 5e-324
OF_ODDS = ("SCORE", "WALD", "FIRTH", "SPA")


@dataclass(frozen=True)
class Results:
    """One entry a variant, in order of chromosome and position; `strength` is -log10 p.

    Where `odds`, beta is the logarithm of an odds ratio.
    """

    chromosome: NDArray[np.int64]
    position: NDArray[np.int64]
    name: NDArray[np.str_]
    effect: NDArray[np.str_]
    other: NDArray[np.str_]
    beta: Doubles
    error: Doubles
    frequency: Doubles
    n: Doubles
    strength: Doubles
    odds: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.position)

    def take(self, rows: NDArray[Any]) -> "Results":
        """Some of the variants."""
        return Results(*(column[rows] for column in vars(self).values()))

    @property
    def chi_square(self) -> Doubles:
        """The statistic of each variant, one degree of freedom."""
        return (self.beta / self.error) ** 2

    @property
    def p(self) -> Doubles:
        """The p values; what is too small for a double is 0, `strength` still has it."""
        return 10.0**-self.strength


def read_tables(paths: Sequence[Path]) -> Results:
    """Read tables that share a trait and no variant, such as one for each chromosome, as one."""
    tables = [read_results(path) for path in paths]
    columns = zip(*(vars(table).values() for table in tables), strict=True)
    whole, table = Results(*map(np.concatenate, columns)), np.repeat(np.arange(len(tables)), list(map(len, tables)))
    order = np.lexsort((whole.position, whole.chromosome))
    whole = whole.take(order)
    if len(twice := np.flatnonzero(_as_before(whole) & (np.diff(table[order]) != 0))):
        raise FileError(f"{whole.name[twice[0]]} stands in several of these tables; give the parts of one scan")
    return whole


def _as_before(found: Results) -> NDArray[np.bool_]:
    """Which variants are named and placed as the one before."""
    places = np.diff(found.chromosome) == 0, np.diff(found.position) == 0
    return places[0] & places[1] & (found.name[1:] == found.name[:-1]) & (found.effect[1:] == found.effect[:-1])


def read_results(path: str | Path) -> Results:
    """Read a GWAS-SSF table, plain or gzipped; variants without a result are left out."""
    path = Path(path)
    if not path.exists():
        raise FileError(f"{path}: there is no such file")
    kinds: dict[str, Any] = {name: pa.float64() for name in NUMBERS}
    kinds |= {name: pa.string() for name in TEXTS}
    kinds["base_pair_location"] = pa.int64()
    convert = csv.ConvertOptions(column_types=kinds, null_values=[*ABSENT, "nan"], strings_can_be_null=False)
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            table = csv.read_csv(stream, None, csv.ParseOptions(delimiter="\t"), convert)
    except pa.ArrowInvalid as wrong:
        raise FileError(f"{path}: {wrong}") from None
    found = _ordered(path, {name: table[name] for name in table.column_names})
    return found.take(np.isfinite(found.strength) & np.isfinite(found.beta) & (found.error > 0))


def _ordered(path: Path, columns: dict[str, Any]) -> Results:
    missing = [n for n in ("chromosome", "base_pair_location", "beta", "standard_error") if n not in columns]
    if missing:
        raise FileError(f"{path}: no column {missing[0]}")
    chromosome, position = table_numbers(_text(columns, "chromosome")), _number(columns, "base_pair_location")
    beta, error, frequency, n = (
        _number(columns, name) for name in ("beta", "standard_error", "effect_allele_frequency", "n")
    )
    effect, other = _text(columns, "effect_allele"), _text(columns, "other_allele")
    strength = _strength(path, columns)
    place, odds = position.astype(np.int64), np.isin(_text(columns, "test"), OF_ODDS)
    found = Results(chromosome, place, _names(columns), effect, other, beta, error, frequency, n, strength, odds)
    return found.take(np.lexsort((position, chromosome)))


def _names(columns: dict[str, Any]) -> NDArray[np.str_]:
    """The rs number of each variant, or its own name where it has none."""
    known = _text(columns, "rsid")
    return np.where(np.isin(known, ABSENT), _text(columns, "variant_id"), known)


def _strength(path: Path, columns: dict[str, Any]) -> Doubles:
    if "neg_log_10_p_value" in columns:
        return _number(columns, "neg_log_10_p_value")
    if "p_value" not in columns:
        raise FileError(f"{path}: no column p_value or neg_log_10_p_value")
    return -np.log10(np.maximum(_number(columns, "p_value"), SMALLEST))


def _number(columns: dict[str, Any], name: str) -> Doubles:
    if name not in columns:
        return np.full(len(columns["chromosome"]), np.nan)
    return np.asarray(columns[name].to_numpy(), np.float64)


def _text(columns: dict[str, Any], name: str) -> NDArray[np.str_]:
    if name not in columns:
        return np.full(len(columns["chromosome"]), "")
    return np.array(columns[name].to_pylist(), dtype=np.str_)
