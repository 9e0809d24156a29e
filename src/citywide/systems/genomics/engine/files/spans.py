"""Stretches of chromosomes as `--extract range` reads them: a line of chromosome, first and last position."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.chromosomes import asked
from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.files.wrong import FileError

SPANS = {"range": 1, "bed1": 1, "bed0": 0}
REMARKS = (b"#", b"track", b"browser")
Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Spans:
    """Stretches, an entry each; both ends are within."""

    chromosome: NDArray[np.str_]
    first: Positions
    last: Positions

    def hold(self, chromosome: str, position: Positions) -> NDArray[np.bool_]:
        """Which positions of a chromosome lie within one: more have begun there than have ended before."""
        here = self.chromosome == chromosome
        begun = np.searchsorted(np.sort(self.first[here]), position, side="right")
        return begun > np.searchsorted(np.sort(self.last[here]), position, side="left")


def in_spans(variants: Variants, paths: Sequence[str | Path], form: str) -> NDArray[np.bool_]:
    """Which variants lie within the stretches of these files; `bed0` counts from 0 and leaves the end out."""
    spans = read_spans(paths, SPANS[form])
    chromosome, position = asked(variants.chromosome().astype(np.str_)), variants.position()
    found = np.zeros(len(variants), np.bool_)
    for one in np.unique(spans.chromosome).tolist():
        here = chromosome == one
        found[here] = spans.hold(one, position[here])
    return found


def read_spans(paths: Sequence[str | Path], counted_from: int) -> Spans:
    """The stretches of some files, counted from 1."""
    found = [span for path in paths for span in _lines(Path(path))]
    names = asked(np.array([name for name, _, _ in found], np.str_))
    first = np.array([first for _, first, _ in found], np.int64)
    return Spans(names, first + (1 - counted_from), np.array([last for _, _, last in found], np.int64))


def _lines(path: Path) -> list[tuple[str, int, int]]:
    lines = enumerate(read_bytes(path).splitlines(), start=1)
    return [_span(path, number, line) for number, line in lines if line.strip() and not line.startswith(REMARKS)]


def _span(path: Path, number: int, line: bytes) -> tuple[str, int, int]:
    try:
        name, first, last = line.split()[:3]
        span = name.decode(), int(first), int(last)
    except ValueError:
        raise FileError(f"{path}: line {number}: expected a chromosome, a first and a last position") from None
    if span[2] < span[1]:
        raise FileError(f"{path}: line {number}: the last position, {span[2]}, is before the first")
    return span
