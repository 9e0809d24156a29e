"""Which variants are scanned together: runs of one chromosome kind, cut into parts of a fixed size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.chromosomes import kind
from citywide.systems.genomics.engine.files.people import People

SMALLEST, LARGEST, WANTED = 1024, 8192, 32


@dataclass(frozen=True)
class Part:
    """A run of variants with one result file; `key` says which designs apply (chromosome kind or number)."""

    number: int
    key: str
    rows: NDArray[np.int64]

    def pieces(self, count: int) -> list["Part"]:
        """The same part in pieces of at most `count` variants, as memory allows."""
        return [Part(self.number, self.key, self.rows[i : i + count]) for i in range(0, len(self.rows), count)]


def parts(kinds: NDArray[np.bytes_], chosen: NDArray[np.int64], by_chromosome: bool) -> list[Part]:
    """Cut the chosen variants, in file order, into parts that never straddle a change of kind."""
    size = int(np.clip(-(-len(chosen) // WANTED // SMALLEST) * SMALLEST, SMALLEST, LARGEST))
    here = kinds[chosen]
    changes = np.flatnonzero(here[1:] != here[:-1]) + 1
    made: list[tuple[str, NDArray[np.int64]]] = []
    for run in _joined(np.split(np.arange(len(chosen)), changes), here, by_chromosome):
        key, rows = _key(bytes(here[run[0]]), by_chromosome), chosen[run]
        made.extend([(key, rows[at : at + size]) for at in range(0, len(rows), size)])
    return [Part(number, key, rows) for number, (key, rows) in enumerate(made)]


def haploid(raw: NDArray[np.uint8], key: str, people: People) -> NDArray[np.uint8]:
    """Raw rows with impossible calls made missing: male hets on X and Y, anything of others on Y."""
    if key not in {"X", "Y"}:
        return raw
    male = pair_bits(people.sex == 1, raw.shape[1])
    low, high = raw & 0x55, raw >> 1 & 0x55
    het = high & ~low & male
    cleaned = raw ^ (het | het << np.uint8(1))
    if key == "Y":
        cleaned = cleaned & (male | male << np.uint8(1)) | (~male & np.uint8(0x55))
    return np.ascontiguousarray(cleaned, np.uint8)


def once(tile: NDArray[np.float32], key: str, people: People) -> NDArray[np.float32]:
    """Dosages with a man's call of one copy on X and Y made missing, as `haploid` does with calls."""
    if key in {"X", "Y"}:
        tile[(tile == 1) & (people.sex == 1)] = np.nan
    return tile


def pair_bits(members: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """The low bit of each person's pair, four people a byte."""
    padded = np.zeros(width * 4, np.uint8)
    padded[: len(members)] = members
    return (padded.reshape(-1, 4) << np.array([0, 2, 4, 6], np.uint8)).sum(axis=1, dtype=np.uint8)


def _key(code: bytes, by_chromosome: bool) -> str:
    return kind(code) or (code.decode() if by_chromosome else "")


def _joined(runs: list[NDArray[np.intp]], here: NDArray[np.bytes_], by_chromosome: bool) -> list[NDArray[np.intp]]:
    """Neighbouring runs of the same key as one."""
    joined: list[list[NDArray[np.intp]]] = []
    last: str | None = None
    for run in runs:
        key = _key(bytes(here[run[0]]), by_chromosome)
        if key == last:
            joined[-1].append(run)
        else:
            joined.append([run])
        last = key
    return [np.concatenate(group) for group in joined]
