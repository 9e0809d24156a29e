"""Lists of people and of variants."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.people import People
from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError


def keep_mask(people: People, keep: str | Path | None = None, remove: str | Path | None = None) -> NDArray[np.bool_]:
    """Which people stay: those of the `keep` list, if there is one, without those of `remove`."""
    mask = np.ones(len(people), np.bool_) if keep is None else listed(people, keep, somebody=True)
    return mask if remove is None else mask & ~listed(people, remove)


def listed(people: People, path: str | Path, somebody: bool = False) -> NDArray[np.bool_]:
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
