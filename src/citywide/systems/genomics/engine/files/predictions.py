"""Predictions of step one as REGENIE writes them: a list of `trait file`, and a .loco file a trait."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from citywide.systems.genomics.engine.files.chromosomes import AUTOSOMES
from citywide.systems.genomics.engine.files.drafts import put
from citywide.systems.genomics.engine.files.people import People
from citywide.systems.genomics.engine.files.text import read_bytes
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.counting import Doubles

CODES = {"X": "23", "Y": "24"}
ELSEWHERE = "23"  # beside the autosomes nothing is left out: Y, MT and unplaced variants have what X has


@dataclass(frozen=True)
class Predictions:
    """What is expected of every person, by trait and by the chromosome that was left out."""

    by_trait: dict[str, dict[str, Doubles]]

    def of(self, trait: str, chromosome: str) -> Doubles:
        """The prediction of a trait for variants of this chromosome."""
        if trait not in self.by_trait:
            raise FileError(f"step one has no predictions for {trait}")
        table = self.by_trait[trait]
        code = CODES.get(chromosome, chromosome.lstrip("0"))
        code = code if code in table or code in AUTOSOMES else ELSEWHERE
        if code not in table:
            raise FileError(f"step one has no predictions of {trait} without chromosome {chromosome}")
        return table[code]


def read_predictions(lists: Sequence[Path], people: People) -> Predictions | None:
    """Read the lists and their files, None without a list; a person who is not in them has no value."""
    found = {trait: read_loco(file, people) for one in lists for trait, file in listed(one)}
    return Predictions(found) if lists else None


def listed(path: Path) -> list[tuple[str, Path]]:
    """The traits of a list and where the predictions of each are."""
    lines = [line.split() for line in read_bytes(path).decode().splitlines() if line.strip()]
    if wrong := next((line for line in lines if len(line) != 2), None):
        raise FileError(f"{path}: expected lines of a trait and its file, found {' '.join(wrong)}")
    return [(trait, path.parent / file) for trait, file in lines]


def read_loco(path: Path, people: People) -> dict[str, Doubles]:
    """One .loco file: a header of FID_IID names, then a line a chromosome."""
    head, *lines = read_bytes(path).decode().splitlines() or [""]
    row = {b"_".join(pair): at for pair, at in people.row.items()}
    where = np.array([row.get(name.encode(), -1) for name in head.split()[1:]])
    return dict(_line(path, line, where, len(people)) for line in lines if line.strip())


def _line(
    path: Path, line: str, where: "np.ndarray[tuple[int], np.dtype[np.int64]]", count: int
) -> tuple[str, Doubles]:
    chromosome, *words = line.split()
    if len(words) != len(where):
        raise FileError(f"{path}: {len(words)} predictions for {len(where)} people at chromosome {chromosome}")
    values = np.full(count, np.nan)
    try:
        numbers = np.array([word if word != "NA" else "nan" for word in words], np.str_).astype(np.float64)
    except ValueError as wrong:
        raise FileError(f"{path}: chromosome {chromosome}: {wrong}") from None
    values[where[where >= 0]] = numbers[where >= 0]
    return chromosome, values


def write_loco(path: Path, people: People, chromosomes: Sequence[str], predicted: Doubles) -> None:
    """REGENIE's file, packed where it is called so: people's names, then what is predicted without each chromosome."""
    pairs = zip(people.family.tolist(), people.person.tolist(), strict=True)
    lines = [" ".join(["FID_IID", *(b"_".join(pair).decode() for pair in pairs)])]
    for chromosome, row in zip(chromosomes, predicted, strict=True):
        lines.append(" ".join([chromosome, *(f"{value:.8g}" for value in row.tolist())]))
    text = ("\n".join(lines) + "\n").encode()
    put(path, gzip.compress(text, 4, mtime=0) if path.suffix == ".gz" else text)


def write_list(path: Path, names: Sequence[str], files: Sequence[str]) -> None:
    """REGENIE's list of traits and their files."""
    path.write_text("".join(f"{name} {file}\n" for name, file in zip(names, files, strict=True)))
