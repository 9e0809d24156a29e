"""Predictions of step one as REGENIE writes them: a list of `trait file`, and a .loco file a trait."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.bed import People
from citywide.systems.genomics.engine.design import Floats
from citywide.systems.genomics.engine.tables import TableError

CODES = {"X": "23", "Y": "24"}


@dataclass(frozen=True)
class Predictions:
    """What is expected of every person, by trait and by the chromosome that was left out."""

    by_trait: dict[str, dict[str, Floats]]

    def of(self, trait: str, chromosome: str) -> Floats:
        """The prediction of a trait for variants of this chromosome."""
        if trait not in self.by_trait:
            raise TableError(f"step one has no predictions for {trait}")
        table = self.by_trait[trait]
        code = CODES.get(chromosome, chromosome)
        if code not in table:
            raise TableError(f"step one has no predictions of {trait} without chromosome {chromosome}")
        return table[code]


def read_predictions(path: Path, people: People) -> Predictions:
    """Read the list and its files; a person who is not in them has no value."""
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return Predictions({trait: read_loco(path.parent / file, people) for trait, file in lines})


def read_loco(path: Path, people: People) -> dict[str, Floats]:
    """One .loco file: a header of FID_IID names, then a line a chromosome."""
    head, *lines = path.read_text().splitlines()
    row = {b"_".join(pair): at for pair, at in people.row.items()}
    where = np.array([row.get(name.encode(), -1) for name in head.split()[1:]])
    return dict(_line(path, line, where, len(people)) for line in lines)


def _line(path: Path, line: str, where: "np.ndarray[tuple[int], np.dtype[np.int64]]", count: int) -> tuple[str, Floats]:
    chromosome, *words = line.split()
    if len(words) != len(where):
        raise TableError(f"{path}: {len(words)} predictions for {len(where)} people at chromosome {chromosome}")
    values = np.full(count, np.nan)
    numbers = np.array([word if word != "NA" else "nan" for word in words], np.str_).astype(np.float64)
    values[where[where >= 0]] = numbers[where >= 0]
    return chromosome, values
