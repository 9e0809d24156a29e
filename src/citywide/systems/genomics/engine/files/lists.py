"""Lists of people and of variants."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.people import People
from citywide.systems.genomics.engine.files.text import read_bytes


def keep_mask(people: People, keep: str | Path | None = None, remove: str | Path | None = None) -> NDArray[np.bool_]:
    """Which people stay: those of the `keep` list, if there is one, without those of `remove`."""
    mask = np.ones(len(people), np.bool_) if keep is None else listed(people, keep)
    return mask if remove is None else mask & ~listed(people, remove)


def listed(people: People, path: str | Path) -> NDArray[np.bool_]:
    """Which people a list names, by family and person id or by person id alone."""
    mask = np.zeros(len(people), np.bool_)
    for line in read_bytes(Path(path)).splitlines():
        row = _row_of(people, line.split())
        if row is not None:
            mask[row] = True
    return mask


def read_names(path: str | Path) -> set[bytes]:
    """The variant names of a list, wherever they stand on the lines."""
    return set(read_bytes(Path(path)).split())


def _row_of(people: People, words: list[bytes]) -> int | None:
    if not words or words[0].startswith(b"#"):
        return None
    if len(words) == 1:
        return people.alone(words[0])
    return people.row.get((words[0], words[1]))
