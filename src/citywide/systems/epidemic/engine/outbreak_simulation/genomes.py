"""Genomes that mutate along a known epidemic, and their distances."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.outbreak_simulation.epidemic import NOBODY, Epidemic

LETTERS = "ACGT"
IMPORT_DISTANCE = 6.0  # mutations, on average, between a case brought in and the common root


def sequence_distances(
    epidemic: Epidemic, mutations_per_day: float, sampled_after_onset: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Differences between every two cases' genomes, each taken so many days after onset."""
    genomes = _genomes(epidemic, mutations_per_day, sampled_after_onset, rng).astype(np.float32)
    shared = genomes @ genomes.T
    size = genomes.sum(axis=1)
    return np.rint(size[:, None] + size[None, :] - 2 * shared).astype(np.int64)


def sequences(
    epidemic: Epidemic, mutations_per_day: float, sampled_after_onset: int, rng: np.random.Generator
) -> list[str]:
    """The cases' genomes in letters: a site for each mutation that came about."""
    mutated = _genomes(epidemic, mutations_per_day, sampled_after_onset, rng)
    root = rng.integers(0, len(LETTERS), mutated.shape[1])
    letters = np.frombuffer(LETTERS.encode(), "S1")[(root + mutated) % len(LETTERS)]
    return [b"".join(row.tolist()).decode() for row in letters]


def _genomes(
    epidemic: Epidemic, mutations_per_day: float, sampled_after_onset: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Which mutations each case's genome carries [case, mutation]."""
    carried: list[list[tuple[int, int]]] = []
    next_name = 0
    for case in range(len(epidemic)):
        began, infector = int(epidemic.infected[case]), int(epidemic.infector[case])
        inherited = [] if infector == NOBODY else [(d, m) for d, m in carried[infector] if d <= began]
        last = int(epidemic.onset[case]) + sampled_after_onset
        new = rng.poisson(IMPORT_DISTANCE if infector == NOBODY else 0)
        own = rng.poisson(mutations_per_day * max(last + 14 - began, 0))
        days = [*[began] * new, *(rng.integers(began + 1, last + 15, own))]
        carried.append([*inherited, *((int(d), next_name + k) for k, d in enumerate(days))])
        next_name += len(days)
    sampled = epidemic.onset + sampled_after_onset
    genomes = np.zeros((len(carried), max(next_name, 1)), np.bool_)
    for case, genome in enumerate(carried):
        genomes[case, [name for day, name in genome if day <= sampled[case]]] = True
    return genomes
