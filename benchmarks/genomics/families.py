"""A made cohort of siblings in two strata, with effects planted on the odd chromosomes only."""

from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.simulate import GOLDEN, mixed

BLOCK = 1000
CHROMOSOMES = 22
CODES = 0b001011  # of no copy, one, two: 11, 10, 00


@dataclass(frozen=True)
class Families:
    """Where the PLINK files are, and the trait."""

    data: Path
    trait: NDArray[np.float64]


@numba.njit(cache=True, inline="always")
def parents(frequency: float, bits: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """Four bits, each 1 with this chance, from 64 random ones."""
    bound, alleles = np.uint64(frequency * 65536), np.uint64(0)
    for one in range(4):
        alleles |= np.uint64((bits >> np.uint64(16 * one) & np.uint64(0xFFFF)) < bound) << np.uint64(one)
    return alleles


@numba.njit(cache=True)
def draw(
    frequency: NDArray[np.float64],
    stratum: NDArray[np.int8],
    family: NDArray[np.int64],
    effect: NDArray[np.float64],
    genetic: NDArray[np.float64],
    missing: float,
    seed: int,
) -> NDArray[np.uint8]:  # pragma: no cover - compiled
    """Raw rows: each family's four parental alleles, then its children; adds effects to `genetic`."""
    raw = np.zeros((len(effect), (len(family) + 3) // 4), np.uint8)
    one, gone = np.uint64(1), np.uint64(missing * (1 << 32))
    for variant in range(len(effect)):
        state = mixed(np.uint64(seed) * GOLDEN + np.uint64(variant))
        last, alleles = -1, np.uint64(0)
        for person in range(len(family)):
            state += GOLDEN
            if family[person] != last:
                last = family[person]
                alleles = parents(frequency[stratum[person], variant], mixed(state))
                state += GOLDEN
            bits = mixed(state)
            copies = (alleles >> (bits & one) & one) + (alleles >> (np.uint64(2) + (bits >> one & one)) & one)
            if effect[variant] != 0:
                genetic[person] += effect[variant] * copies
            code = one if bits >> np.uint64(32) < gone else np.uint64(CODES) >> (copies + copies) & np.uint64(3)
            raw[variant, person >> 2] |= np.uint8(code << np.uint64(2 * (person & 3)))
    return raw


def simulate(  # noqa: PLR0913 - what a cohort is made of
    folder: Path,
    people: int,
    variants: int,
    *,
    siblings: int = 3,
    apart: float = 0.003,
    heritability: float = 0.5,
    shift: float = 0.4,
    missing: float = 0.005,
    seed: int = 1,
) -> Families:
    """Write family.bed, .bim and .fam; one variant in twenty of the odd chromosomes has an effect."""
    random = np.random.default_rng(seed)
    family = np.arange(people) // siblings
    stratum = (random.random(int(family[-1]) + 1) < 0.5)[family].astype(np.int8)
    chromosome = np.arange(variants) * CHROMOSOMES // variants + 1
    genetic = np.zeros(people)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "family.bed").open("wb") as out:
        out.write(b"\x6c\x1b\x01")
        for first in range(0, variants, BLOCK):
            here = chromosome[first : first + BLOCK]
            frequency, effect = _variants(random, here, apart)
            raw = draw(frequency, stratum, family, effect, genetic, missing, seed * 1_000_003 + first)
            out.write(raw.tobytes())
    _write_names(folder, family, chromosome)
    part = (genetic - genetic.mean()) / genetic.std()
    noise = random.normal(size=people)
    trait = np.sqrt(heritability) * part + np.sqrt(1 - heritability) * noise + shift * stratum
    return Families(folder / "family", trait)


def _variants(
    random: np.random.Generator, chromosome: NDArray[np.int64], apart: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frequencies in the two strata, and effects of equal variance."""
    middle = random.uniform(0.05, 0.5, len(chromosome))
    drift = random.normal(size=(2, len(chromosome))) * np.sqrt(apart * middle * (1 - middle))
    planted = (chromosome % 2 == 1) & (random.random(len(chromosome)) < 0.05)
    effect = random.normal(size=len(chromosome)) / np.sqrt(2 * middle * (1 - middle)) * planted
    return np.clip(middle + drift, 0.01, 0.99), effect


def _write_names(folder: Path, family: NDArray[np.int64], chromosome: NDArray[np.int64]) -> None:
    fam = "".join(f"F{f} I{i} 0 0 {1 + i % 2} -9\n" for i, f in enumerate(family.tolist()))
    (folder / "family.fam").write_text(fam)
    bim = "".join(f"{c}\trs{i}\t0\t{1000 + 1000 * i}\tA\tG\n" for i, c in enumerate(chromosome.tolist()))
    (folder / "family.bim").write_text(bim)
