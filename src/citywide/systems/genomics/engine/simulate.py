"""Made cohorts for benchmarks and trials: 2-bit genotypes with planted effects."""

from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

BLOCK = 512
CHROMOSOMES = 22
FINE = 20
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Made:
    """Where the files are and what was planted."""

    data: Path
    pheno: Path
    covar: Path
    causal: NDArray[np.int64]
    effects: NDArray[np.float64]


@numba.njit(cache=True, inline="always")
def mixed(state: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """SplitMix64's output for a state: 64 bits that look random."""
    z = state
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def coins(chance: float, state: np.uint64) -> tuple[np.uint64, np.uint64]:  # pragma: no cover - compiled
    """64 coins at once, each 1 with this chance (to 20 binary digits), and the next state."""
    digits, word = np.uint64(chance * (1 << FINE) + 0.5), np.uint64(0)
    for _ in range(FINE):
        if word or digits & np.uint64(1):
            state += GOLDEN
            bits = mixed(state)
            word = word | bits if digits & np.uint64(1) else word & bits
        digits >>= np.uint64(1)
    return word, state


@numba.njit(cache=True, inline="always")
def apart(bits: np.uint64) -> np.uint64:  # pragma: no cover - compiled
    """The low 32 bits with a free place after each."""
    x = bits & np.uint64(0xFFFFFFFF)
    x = (x | (x << np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    x = (x | (x << np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    x = (x | (x << np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    x = (x | (x << np.uint64(2))) & np.uint64(0x3333333333333333)
    return (x | (x << np.uint64(1))) & np.uint64(0x5555555555555555)


@numba.njit(cache=True, nogil=True)
def draw_words(
    frequency: NDArray[np.float64], missing: float, seed: int, words: NDArray[np.uint64]
) -> None:  # pragma: no cover - compiled
    """Fill rows of 2-bit words with independent people in Hardy-Weinberg proportions, 64 at a time."""
    for variant in range(len(frequency)):
        state = mixed(np.uint64(seed) * GOLDEN + np.uint64(variant))
        for at in range(0, words.shape[1], 2):
            one, state = coins(frequency[variant], state)
            two, state = coins(frequency[variant], state)
            gone, state = coins(missing, state)
            high, low = ~(one & two) & ~gone, ~(one | two) | gone
            words[variant, at] = apart(low) | (apart(high) << np.uint64(1))
            shift = np.uint64(32)
            words[variant, at + 1] = apart(low >> shift) | (apart(high >> shift) << np.uint64(1))


def draw(frequency: NDArray[np.float64], missing: float, people: int, seed: int) -> NDArray[np.uint8]:
    """Raw rows of independent people in Hardy-Weinberg proportions; the bits after the last person are zero."""
    words = np.zeros((len(frequency), -(-people // 64) * 2), np.uint64)
    draw_words(frequency, missing, seed, words)
    raw = words.view(np.uint8)[:, : (people + 3) // 4].copy()
    raw[:, -1] &= 0xFF >> 2 * (-people % 4)
    return raw


def simulate(folder: Path, people: int, variants: int, missing: float, seed: int = 1, causal: int = 200) -> Made:
    """Write study.bed, .bim, .fam, pheno.tsv (`quantity`, `illness`) and covar.tsv (ten) into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    frequency, where, effects = planted(random, variants, causal)
    genetic = _write_bed(folder / "study.bed", frequency, missing, people, seed, (where, effects))
    _write_names(folder, people, variants, random)
    _write_tables(folder, genetic, random)
    return Made(folder / "study", folder / "pheno.tsv", folder / "covar.tsv", where, effects)


def planted(
    random: np.random.Generator, variants: int, causal: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Frequencies, which variants have an effect, and how large it is: a seed's truth without its files."""
    frequency = np.exp(random.uniform(np.log(0.01), np.log(0.5), variants))
    where = np.sort(random.choice(variants, min(causal, variants), replace=False))
    return frequency, where, random.normal(size=len(where)) / np.sqrt(2 * frequency[where] * (1 - frequency[where]))


def _write_bed(
    path: Path,
    frequency: NDArray[np.float64],
    missing: float,
    people: int,
    seed: int,
    planted: tuple[NDArray[np.int64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    from citywide.systems.genomics.engine.kernel.calls import decode  # noqa: PLC0415 - keeps numba out of its importers

    genetic = np.zeros(people)
    with path.open("wb") as out:
        out.write(b"\x6c\x1b\x01")
        for first in range(0, len(frequency), BLOCK):
            raw = draw(frequency[first : first + BLOCK], missing, people, seed * 1_000_003 + first)
            out.write(raw.tobytes())
            here = (planted[0] >= first) & (planted[0] < first + BLOCK)
            copies = decode(raw[planted[0][here] - first], people).clip(0)
            genetic += planted[1][here] @ copies
    return genetic


def _write_names(folder: Path, people: int, variants: int, random: np.random.Generator) -> None:
    sexes = random.integers(1, 3, people)
    fam = "".join(f"F{i} P{i} 0 0 {sex} -9\n" for i, sex in enumerate(sexes.tolist()))
    (folder / "study.fam").write_text(fam)
    each = -(-variants // CHROMOSOMES)
    lines = (f"{i // each + 1}\trs{i + 1}\t0\t{1000 * (i % each) + 1}\tA\tG\n" for i in range(variants))
    (folder / "study.bim").write_text("".join(lines))


def _write_tables(folder: Path, genetic: NDArray[np.float64], random: np.random.Generator) -> None:
    people = len(genetic)
    covariates = random.normal(size=(people, 10))
    spread = float(genetic.std()) or 1.0
    liability = np.sqrt(0.3) * (genetic - genetic.mean()) / spread + np.sqrt(0.7) * random.normal(size=people)
    liability = liability + 0.1 * covariates.sum(axis=1)
    ill = 1 + (liability > np.quantile(liability, 0.9))
    rows = zip(liability.tolist(), ill.tolist(), strict=True)
    body = "".join(f"F{i}\tP{i}\t{value:.6f}\t{case}\n" for i, (value, case) in enumerate(rows))
    (folder / "pheno.tsv").write_text("FID\tIID\tquantity\tillness\n" + body)
    names = "\t".join(f"C{i + 1}" for i in range(10))
    lines = (f"F{i}\tP{i}\t" + "\t".join(f"{x:.5f}" for x in row) + "\n" for i, row in enumerate(covariates.tolist()))
    (folder / "covar.tsv").write_text(f"FID\tIID\t{names}\n" + "".join(lines))
