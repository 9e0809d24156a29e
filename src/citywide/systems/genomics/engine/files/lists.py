"""Lists of people and of variants."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.people import People
from citywide.systems.genomics.engine.files.spans import SPANS, in_spans
from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.files.wrong import FileError

Files = Sequence[str | Path]
Mask = NDArray[np.bool_]


def keep_mask(people: People, keep: Files = (), remove: Files = ()) -> Mask:
    """Which people stay: those of the `keep` lists, if there are any, without those of the `remove` lists."""
    stay = [listed(people, path, somebody=True) for path in keep] or [np.ones(len(people), np.bool_)]
    go = [listed(people, path) for path in remove]
    return np.logical_or.reduce(stay) & ~np.logical_or.reduce(go or [np.zeros(len(people), np.bool_)])


def named_mask(variants: Variants, extract: Files = (), exclude: Files = ()) -> Mask:
    """Which variants stay: those that `extract` tells, if it is said, without those that `exclude` tells."""
    stay = told(variants, extract) if extract else np.ones(len(variants), np.bool_)
    return stay & ~told(variants, exclude) if exclude else stay


def told(variants: Variants, words: Files) -> Mask:
    """Which variants stand in files of names, or after `range`, `bed1` or `bed0` in files of spans."""
    if len(words) > 1 and str(words[0]) in SPANS:
        return in_spans(variants, words[1:], str(words[0]))
    names = set[bytes]().union(*map(read_names, words))
    return np.isin(variants.id(), np.array(sorted(names), np.bytes_))


def listed(people: People, path: str | Path, somebody: bool = False) -> Mask:
    """Which people a list names, by family and person id or by person id alone; `somebody` refuses one of strangers."""
    mask = np.zeros(len(people), np.bool_)
    lines = [words for line in read_bytes(Path(path)).splitlines() if (words := line.split())]
    above = _headed(lines)
    alone = above > 0 and lines[above - 1][0].lstrip(b"#").upper() == b"IID"
    for words in lines[above:]:
        row = people.alone(words[0]) if alone or len(words) == 1 else people.row.get((words[0], words[1]))
        if row is not None:
            mask[row] = True
    if somebody and lines[above:] and not mask.any():
        raise FileError(_strangers(Path(path), people, lines[-1]))
    return mask


def _headed(lines: list[list[bytes]]) -> int:
    """How many lines stand above the people: remarks, and a header."""
    remarks = next((at for at, words in enumerate(lines) if not words[0].startswith(b"##")), len(lines))
    return remarks + any(words[0].lstrip(b"#").upper() in {b"FID", b"IID"} for words in lines[remarks : remarks + 1])


def _strangers(path: Path, people: People, words: list[bytes]) -> str:
    """Why a list names nobody, with a name from either side."""
    there = f"{people.family[0].decode()} {people.person[0].decode()}"
    last = b" ".join(words[:2]).decode(errors="replace")
    return f"{path}: names nobody of the genotype file; do the ids match? It ends with {last}, they begin with {there}"


def read_names(path: str | Path) -> set[bytes]:
    """The variant names of a list, wherever they stand on the lines."""
    return set(read_bytes(Path(path)).split())
