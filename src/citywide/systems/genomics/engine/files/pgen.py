"""PLINK 2 files: dosages of a `.pgen`, `.pvar` and `.psam` beside it.

Common records are read by the compiled kernel, all others by `pgenlib` (`citywide[dosages]`).

The dosage counted is that of ALT, from 0 to 2; on X men count as 0 to 2 as well, as plink2 does. A variant with
several ALT alleles is a row for each of them, which is counted against all its others.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.people import People, people_of
from citywide.systems.genomics.engine.files.pgen_index import read_index
from citywide.systems.genomics.engine.files.text import Rows, read_bytes
from citywide.systems.genomics.engine.files.variants import Variants
from citywide.systems.genomics.engine.files.wrong import FileError
from citywide.systems.genomics.engine.kernel.compiled import negatives_to_nan

FAM = (("FID", "0"), ("IID", ""), ("PAT", "0"), ("MAT", "0"), ("SEX", "0"), ("PHENO1", "-9"))


@dataclass(frozen=True)
class Alleles:
    """For each row of the study its record in the file, which allele is counted, and how many the record has."""

    record: NDArray[np.int64]
    allele: NDArray[np.int64]
    count: NDArray[np.int64]

    @property
    def offsets(self) -> NDArray[np.uintp] | None:
        """Where each record's alleles begin, as pgenlib wants it; None where every record has two."""
        counts = self.count[self.allele == 1]
        return np.concatenate([[0], np.cumsum(counts)]).astype(np.uintp) if (counts > 2).any() else None


class Pgen:
    """An open `.pgen` with its people and variants; `dosages(rows)` decodes, each thread with its own reader."""

    def __init__(self, path: Path, people: People, variants: Variants, alleles: Alleles) -> None:
        """Check that the three files speak of the same people and variants."""
        self.path, self.people, self.variants, self.alleles = path, people, variants, alleles
        self.bytes_per_variant = 20 * len(people)  # a tile in both precisions and its mask
        self._own, records = threading.local(), int((alleles.allele == 1).sum())
        counts = int(self._reader().get_variant_ct()), int(self._reader().get_raw_sample_ct())
        if counts != (records, len(people)):
            there = f"{counts[0]} variants of {counts[1]} people"
            raise FileError(f"{path}: {there}, but {records} in its .pvar and {len(people)} in its .psam")
        self.index = read_index(path)

    def __len__(self) -> int:
        return len(self.variants)

    def dosages(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Dosages of ALT as float32[rows, people], NaN where missing."""
        tile, records = np.empty((len(rows), len(self.people)), np.float32), self.alleles.record[rows]
        left = np.ones(len(rows), np.bool_) if self.index is None else self.index.read(records, tile)
        left |= self.alleles.count[rows] > 2
        if left.any():
            rest = np.empty((int(left.sum()), tile.shape[1]), np.float32)
            try:
                for record, allele, row in zip(records[left], self.alleles.allele[rows[left]], rest, strict=True):
                    self._reader().read_dosages(record, row, allele)
            except RuntimeError as wrong:
                raise FileError(f"{self.path}: truncated or damaged: {said(wrong)}") from None
            tile[left] = negatives_to_nan(rest)
        return tile

    def release(self, first: int, count: int) -> None:
        """Give the pages of these variants back."""
        if self.index is not None:
            start, stop = self.alleles.record[[first, min(first + count, len(self)) - 1]].tolist()
            self.index.release(start, stop + 1 - start)

    def _reader(self) -> Any:
        if not hasattr(self._own, "reader"):
            try:
                library: Any = import_module("pgenlib")
            except ImportError:
                raise FileError(f"{self.path}: needs pgenlib: pip install 'citywide[dosages]'") from None
            try:
                sizes = {"raw_sample_ct": len(self.people), "allele_idx_offsets": self.alleles.offsets}
                self._own.reader = library.PgenReader(bytes(self.path), **sizes)
            except RuntimeError as wrong:
                raise FileError(f"{self.path}: {said(wrong)}") from None
        return self._own.reader


def said(wrong: RuntimeError) -> str:
    """What pgenlib says, which is bytes with a line's end."""
    word = wrong.args[0] if wrong.args else ""
    return (word.decode(errors="replace") if isinstance(word, bytes) else str(word)).strip()


def open_pgen(prefix: Path) -> Pgen:
    """Open `prefix.pgen`, `.pvar` and `.psam`, or say what is wrong with them."""
    base = prefix.with_suffix("") if prefix.suffix == ".pgen" else prefix
    pgen, pvar, psam = (base.with_name(base.name + suffix) for suffix in (".pgen", ".pvar", ".psam"))
    packed = pvar.with_name(f"{pvar.name}.zst")
    pvar = packed if packed.exists() and not pvar.exists() else pvar
    for path in (pgen, pvar, psam):
        if path.with_name(f"{path.name}.zst").exists() and not path.exists():
            raise FileError(f"{path}: only {path.name}.zst is there; unpack it with `zstd -d {path}.zst`")
        if not path.exists():
            raise FileError(f"{path}: there is no such file")
    people = people_of(Rows(psam, 6, b"".join(fam_lines(psam))))
    lines = list(bim_lines(pvar))
    alleles = Alleles(*np.array([place for _, *place in lines], np.int64).reshape(-1, 3).T)
    return Pgen(pgen, people, Variants(pvar, b"".join(line for line, *_ in lines)), alleles)


def bim_lines(path: Path) -> Iterator[tuple[bytes, int, int, int]]:
    """The lines of a `.pvar` as those of a `.bim`, one for each ALT, which is counted; record, allele and alleles."""
    names, record = ["#CHROM", "ID", "CM", "POS", "ALT", "REF"], 0
    for number, line in enumerate(read_bytes(path).splitlines(), 1):
        if line.startswith(b"##") or not line.strip():
            continue
        words = line.decode().split()
        if line.startswith(b"#"):
            names = words
            continue
        of = dict(zip(names, words, strict=False))
        if len(words) != len(names) or not {"ID", "POS", "REF", "ALT"} <= of.keys():
            raise FileError(f"{path}: line {number} does not fit the header {' '.join(names)}")
        others = of["ALT"].split(",")
        for allele, alt in enumerate(others, 1):
            bim = f"{of['#CHROM']}\t{of['ID']}\t0\t{of['POS']}\t{alt}\t{of['REF']}\n".encode()
            yield bim, record, allele, 1 + len(others)
        record += 1


def fam_lines(path: Path) -> Iterator[bytes]:
    """The lines of a `.psam` as those of a `.fam`."""
    names = [name for name, _ in FAM]
    places = _places(names)
    for number, line in enumerate(read_bytes(path).splitlines(), 1):
        words = line.split()
        if line.startswith((b"#FID", b"#IID")):
            names = [words[0][1:].decode(), *(word.decode() for word in words[1:])]
            places = _places(names)
        elif words and not line.startswith(b"#"):
            if len(words) < len(names) or "IID" not in names:
                raise FileError(f"{path}: line {number} does not fit the header {' '.join(names)}")
            yield b"\t".join([words[at] if default is None else default for at, default in places]) + b"\n"


def _places(names: list[str]) -> list[tuple[int, bytes | None]]:
    """For each column of a `.fam` where it stands, or what is written where it is not there."""
    return [(names.index(name), None) if name in names else (0, default.encode()) for name, default in FAM]
