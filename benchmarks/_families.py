"""A made cohort of siblings in two strata, with effects planted on the odd chromosomes only."""

from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

BLOCK = 1000
CHROMOSOMES = 22


@dataclass(frozen=True)
class Families:
    """Where the PLINK files are, and the trait."""

    data: Path
    trait: NDArray[np.float64]


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
    np.random.seed(seed)  # noqa: NPY002 - compiled code knows no Generator here
    raw = np.zeros((len(effect), (len(family) + 3) // 4), np.uint8)
    for variant in range(len(effect)):
        last, alleles = -1, 0
        for person in range(len(family)):
            if family[person] != last:
                last, alleles, q = family[person], 0, frequency[stratum[person], variant]
                for bit in range(4):
                    alleles |= (np.random.random() < q) << bit  # noqa: NPY002 - compiled
            draws = int(np.random.random() * 4)  # noqa: NPY002 - compiled
            copies = (alleles >> (draws & 1) & 1) + (alleles >> (2 + (draws >> 1)) & 1)
            genetic[person] += effect[variant] * copies
            code = 1 if np.random.random() < missing else 3 if copies == 0 else 2 if copies == 1 else 0  # noqa: NPY002 - compiled
            raw[variant, person >> 2] |= np.uint8(code << (2 * (person & 3)))
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
