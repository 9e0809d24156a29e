"""Results as GWAS-SSF tables: rows written by the kernel, parts joined, the summary beside them."""

import ctypes
import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import kernel
from citywide.systems.genomics.engine.design import Floats
from citywide.systems.genomics.engine.genotypes import Genotypes

TESTS = ("LINEAR", "SCORE", "WALD", "FIRTH", "SPA")
LINEAR, SCORE, WALD, FIRTH, SPA = range(len(TESTS))
NOTES = (*kernel.NOTES, "separated", "fit did not converge")
PLACE = ["chromosome", "base_pair_location", "effect_allele", "other_allele"]
EFFECT = ["beta", "standard_error", "effect_allele_frequency", "p_value"]
COLUMNS = [*PLACE, *EFFECT, "variant_id", "rsid", "n", "neg_log_10_p_value", "test", "note"]
LEFT_OUT = [*PLACE, "variant_name", "n", "reason"]
CHI2_MEDIAN = NormalDist().inv_cdf(0.75) ** 2
ROW_BYTES = 240


@dataclass(frozen=True)
class Rows:
    """One trait's results of one block, a value a variant."""

    calls: NDArray[np.int32]
    frequency: Floats
    beta: Floats
    error: Floats
    minus_log10_p: Floats
    test: NDArray[np.uint8]
    status: NDArray[np.uint8]


@dataclass(frozen=True)
class TraitSummary:
    """What a scan says about one trait beside its table."""

    name: str
    people: int
    cases: int
    variants: int
    left_out: int
    lambda_gc: float
    genome_wide: int
    smallest_p: str
    refused: str = ""


def table(bed: Genotypes, rows: NDArray[np.int64], found: Rows) -> tuple[bytes, bytes]:
    """GWAS-SSF lines of the variants with a result, and lines with a reason for the others."""
    starts = np.ascontiguousarray(bed.variants.rows.starts[rows])
    ends = bed.variants.rows.starts[rows + 1]
    if kernel.library() is None:
        from citywide.systems.genomics.engine.fallback import table as plain  # noqa: PLC0415 - rarely needed

        return plain(bed, rows, found)
    room = 2 * int((ends - starts).sum()) + ROW_BYTES * len(rows)
    return _write(bed.variants.rows.raw, starts, found, room)


def _write(text: NDArray[np.uint8], starts: NDArray[np.int64], found: Rows, room: int) -> tuple[bytes, bytes]:
    library = kernel.library()
    assert library is not None
    out, rest, written = np.empty(room, np.uint8), np.empty(room, np.uint8), np.zeros(2, np.int64)
    columns = (
        found.calls,
        found.frequency,
        found.beta,
        found.error,
        found.minus_log10_p,
        found.test,
        found.status,
    )
    arrays = [np.ascontiguousarray(column) for column in columns]
    places = [kernel.pointer(array) for array in (out, rest, written)]
    sources = [kernel.pointer(text), kernel.pointer(starts), *map(kernel.pointer, arrays)]
    library.write_rows(*places, kernel.size(len(starts)), *sources, _words(TESTS), _words(NOTES))
    return out[: written[0]].tobytes(), rest[: written[1]].tobytes()


def _words(words: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * len(words))(*(word.encode() for word in words))


def join(target: Path, header: Iterable[str], pieces: Iterable[Path]) -> None:
    """One file from its header and its parts, in order; it appears only when it is whole."""
    draft = target.with_name(target.name + ".draft")
    with draft.open("wb") as out:
        out.write(("\t".join(header) + "\n").encode())
        for piece in pieces:
            with piece.open("rb") as part:
                shutil.copyfileobj(part, out, 1 << 20)
    draft.replace(target)


def lambda_gc(minus_log10_p: Floats) -> float:
    """Median chi-square of the p-values over what chance alone would give."""
    known = minus_log10_p[np.isfinite(minus_log10_p)]
    if not len(known):
        return float("nan")
    middle = float(np.median(known))
    if middle > 15:
        return float("inf")
    return NormalDist().inv_cdf(10**-middle / 2) ** 2 / CHI2_MEDIAN if middle > 0 else 0.0


def p_text(minus_log10_p: float) -> str:
    """A p-value for reading, also below the smallest float."""
    whole = int(np.floor(-minus_log10_p))
    return f"{10 ** (-minus_log10_p - whole):.2f}e{whole}" if np.isfinite(minus_log10_p) else "none"


def write_summary(path: Path, about: dict[str, object], traits: Sequence[TraitSummary]) -> None:
    """The summary as JSON: what ran, on what, and a line a trait."""
    whole = {**about, "traits": [asdict(trait) for trait in traits]}
    path.write_text(json.dumps(whole, indent=1, default=str) + "\n")
