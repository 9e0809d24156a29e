"""Results as GWAS-SSF tables: rows written by the kernel, parts joined."""

import ctypes
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.drafts import whole
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.fits.rows import TESTS, Rows
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.states import NOTES

PLACE = ["chromosome", "base_pair_location", "effect_allele", "other_allele"]
EFFECT = ["beta", "standard_error", "effect_allele_frequency", "p_value"]
COLUMNS = [*PLACE, *EFFECT, "variant_id", "rsid", "n", "neg_log_10_p_value", "test", "note"]
LEFT_OUT = [*PLACE, "variant_name", "n", "reason"]
ROW_BYTES = 240


def table(variants: Variants, rows: NDArray[np.int64], found: Rows) -> tuple[bytes, bytes]:
    """GWAS-SSF lines of the variants with a result, and lines with a reason for the others."""
    starts = np.ascontiguousarray(variants.rows.starts[rows])
    ends = variants.rows.starts[rows + 1]
    if compiled.library() is None:
        from citywide.systems.genomics.engine.results.ssf_plain import table as plain  # noqa: PLC0415 - rarely needed

        return plain(variants, rows, found)
    room = 2 * int((ends - starts).sum()) + ROW_BYTES * len(rows)
    return _write(variants.rows.raw, starts, found, room)


def _write(text: NDArray[np.uint8], starts: NDArray[np.int64], found: Rows, room: int) -> tuple[bytes, bytes]:
    library = compiled.library()
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
    places = [compiled.pointer(array) for array in (out, rest, written)]
    sources = [compiled.pointer(text), compiled.pointer(starts), *map(compiled.pointer, arrays)]
    library.write_rows(*places, compiled.size(len(starts)), *sources, _words(TESTS), _words(NOTES))
    return out[: written[0]].tobytes(), rest[: written[1]].tobytes()


def _words(words: Sequence[str]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * len(words))(*(word.encode() for word in words))


def join(target: Path, header: Iterable[str], pieces: Iterable[Path]) -> None:
    """One file from its header and its parts, in order; it appears only when it is whole."""
    with whole(target) as out:
        out.write(("\t".join(header) + "\n").encode())
        for piece in pieces:
            with piece.open("rb") as part:
                shutil.copyfileobj(part, out, 1 << 20)
