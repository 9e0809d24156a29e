"""Chromosomes, however they are written."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.files.variants import Variants

NUMBERED = {"23": "X", "24": "Y", "25": "X", "XY": "X", "PAR1": "X", "PAR2": "X", "26": "MT", "M": "MT"}
NAMES = {b"X": "X", b"23": "X", b"0X": "X", b"Y": "Y", b"24": "Y", b"0Y": "Y"}
WITHIN_X = {"25": "XY", "XY": "XY", "PAR1": "PAR1", "PAR2": "PAR2"}
CODE_BYTES = 12
MOTHERS = {b"MT": "M", b"M": "M", b"26": "M", b"0M": "M"}
NUMBERS = {"X": 23, "Y": 24, "MT": 25}
LETTERS = {number: letter for letter, number in NUMBERS.items()}
AUTOSOMES = frozenset(str(number) for number in range(1, 23))


def codes(variants: Variants) -> NDArray[np.bytes_]:
    """Chromosome codes without `chr`, read from the bytes of the lines without splitting them."""
    rows = variants.rows
    padded = np.concatenate([rows.raw, np.zeros(CODE_BYTES, np.uint8)])
    head = padded[rows.starts[:-1, None] + np.arange(CODE_BYTES)]
    head[~np.logical_and.accumulate(head > ord(" "), axis=1)] = 0
    prefixed = ((head[:, :3] | 32) == np.frombuffer(b"chr", np.uint8)).all(axis=1)
    head[prefixed] = np.pad(head[prefixed, 3:], ((0, 0), (0, 3)))
    return np.ascontiguousarray(head).view(f"S{CODE_BYTES}").ravel()


def spelled(chromosome: NDArray[np.str_]) -> NDArray[np.str_]:
    """Chromosomes in one spelling: no `chr`, X, Y and MT by letter."""
    kinds, where = np.unique(chromosome, return_inverse=True)
    plain = [str(kind).upper().removeprefix("CHR") for kind in kinds]
    names = np.array([NUMBERED.get(kind, kind.lstrip("0")) for kind in plain], dtype=np.str_)
    return names[where] if len(kinds) else chromosome


def asked(chromosome: NDArray[np.str_]) -> NDArray[np.str_]:
    """Chromosomes as `--chr` means them: the part that X and Y share is one by itself."""
    plain = spelled(chromosome)
    own = np.array([WITHIN_X.get(str(code).upper().removeprefix("CHR"), "") for code in np.unique(chromosome)])
    where = np.unique(chromosome, return_inverse=True)[1]
    return np.where(own[where] != "", own[where], plain) if len(plain) else plain


def kind(code: bytes) -> str:
    """`X`, `Y` or the empty string for everything that is scanned like an autosome."""
    return NAMES.get(code.upper(), "")


def kinds(variants: Variants, rows: NDArray[np.int64]) -> NDArray[np.str_]:
    """A for two copies in everybody (what X and Y share among them), X or Y for the sex chromosomes, M for MT."""
    found, where = np.unique(codes(variants)[rows], return_inverse=True)
    return np.array([kind(code) or MOTHERS.get(code.upper(), "A") for code in found.tolist()] or ["A"])[where]


def paired(variants: Variants, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which variants lie where everybody has two copies: on chromosomes 1 to 22, and where X and Y pair."""
    return np.isin(asked(codes(variants)[rows].astype(np.str_)), [*AUTOSOMES, *WITHIN_X.values()])


def numbered(chromosome: NDArray[np.str_]) -> NDArray[np.int64]:
    """Chromosomes of genotypes as GWAS-SSF numbers them: 23 X and where it pairs with Y, 24 Y, 25 MT; else 0."""
    return table_numbers(spelled(chromosome))


def table_numbers(chromosome: NDArray[np.str_]) -> NDArray[np.int64]:
    """Chromosomes of a GWAS-SSF table as its numbers, letters too; 0 for anything else."""
    kinds, where = np.unique(chromosome, return_inverse=True)
    codes = np.array([int(kind) if kind.isdigit() else NUMBERS.get(str(kind), 0) for kind in kinds], np.int64)
    return codes[where] if len(codes) else np.zeros(0, np.int64)


def chromosome_name(number: int) -> str:
    """1 … 22, X, Y, MT."""
    return LETTERS.get(number, str(number))
