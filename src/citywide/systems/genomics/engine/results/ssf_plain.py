"""The lines that the kernel writes, without it."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.fits.rows import TESTS, Rows
from citywide.systems.genomics.engine.kernel.states import NOTES

SSF = {"X": "23", "XY": "23", "25": "23", "PAR1": "23", "PAR2": "23", "Y": "24", "M": "25", "MT": "25", "26": "25"}


def table(variants: Variants, rows: NDArray[np.int64], found: Rows) -> tuple[bytes, bytes]:
    """The lines that rows.c writes."""
    good: list[str] = []
    rest: list[str] = []
    for i, row in enumerate(rows.tolist()):
        words = [bytes(variants.rows.column(field, row, 1)[0]).decode() for field in range(6)]
        place = [_chromosome(words[0]), words[3], words[4], words[5]]
        if np.isfinite(found.minus_log10_p[i]):
            good.append("\t".join([*place, *_numbers(words[1], found, i)]) + "\n")
        else:
            rest.append("\t".join([*place, words[1], str(int(found.calls[i])), NOTES[int(found.status[i])]]) + "\n")
    return "".join(good).encode(), "".join(rest).encode()


def _numbers(name: str, found: Rows, i: int) -> list[str]:
    numbers = [f"{value:.10g}" for value in (found.beta[i], found.error[i], found.frequency[i])]
    strength = float(found.minus_log10_p[i])
    whole = int(np.floor(-strength))
    p = f"{10**-strength:.10g}" if whole > -300 else f"{10 ** (-strength - whole):.9f}e{whole}"
    plain = "".join(c if c.isalnum() and c.isascii() else "_" for c in name)
    rsid = name if name.startswith("rs") and name[2:].isdigit() else "#NA"
    tail: list[str] = [
        str(int(found.calls[i])),
        f"{strength:.10g}",
        TESTS[int(found.test[i])],
        NOTES[int(found.status[i])],
    ]
    return [*numbers, p, plain, rsid, *tail]


def _chromosome(code: str) -> str:
    bare = code[3:] if code.lower().startswith("chr") and len(code) > 3 else code
    bare = bare[:-1].lstrip("0") + bare[-1:]
    return SSF.get(bare, bare)
