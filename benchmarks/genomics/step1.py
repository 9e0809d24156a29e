"""Whole-genome ridge regression: minutes, and whether the null chromosomes of a cohort of siblings are
calibrated.
"""

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.form import Benchmark, Clock, Goal
from benchmarks.genomics.families import simulate
from citywide.systems.genomics.engine.files.bed import Bed, open_bed
from citywide.systems.genomics.engine.files.blocks import blocks, frequency, variant_sums
from citywide.systems.genomics.engine.kernel import counting, summing
from citywide.systems.genomics.engine.step1.request import Request
from citywide.systems.genomics.engine.step1.run import step_one

MEDIAN = 0.4549364231195724
NULL = np.arange(2, 23, 2)


def options(parser: ArgumentParser) -> None:
    """The size of the cohort; threads."""
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--variants", type=int, default=150_000)
    parser.add_argument("--siblings", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)


def measure(options: Namespace) -> Mapping[str, float]:
    """Make the cohort, regress, and scan the chromosomes that have no effect with and without the
    predictions.
    """
    people, variants = (4_000, 30_000) if options.quick else (options.people, options.variants)
    with tempfile.TemporaryDirectory() as folder:
        made = simulate(Path(folder), people, variants, siblings=options.siblings, seed=options.seed)
        bed = open_bed(made.data)
        request = Request(bed, made.trait[:, None], ("trait",), Path(folder), threads=options.threads)
        with Clock() as clock:
            found = step_one(request)[0]
        chromosome = bed.variants.chromosome().astype(np.int64)
        raw, adjusted = [], []
        for name in NULL:
            rows = np.flatnonzero(chromosome == name)
            prediction = found.predictions[found.chromosomes.index(str(name))]
            both = chi_squares(bed, rows, np.stack([made.trait, made.trait - prediction], axis=1))
            raw.append(both[:, 0])
            adjusted.append(both[:, 1])
    return {
        "minutes": clock.wall / 60,
        "cpu_minutes": clock.cpu / 60,
        "lambda_null": inflation(np.concatenate(adjusted)),
        "lambda_null_without": inflation(np.concatenate(raw)),
        "people": people,
        "variants": variants,
    }


def chi_squares(bed: Bed, rows: NDArray[np.int64], traits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chi-squares (n r²) of every variant with every trait, missing calls left out."""
    lanes = np.zeros((len(traits), counting.LANES))
    lanes[:, : traits.shape[1]] = (traits - traits.mean(axis=0)) / traits.std(axis=0)
    everybody = np.ones(len(traits), np.bool_)
    found: list[NDArray[np.float64]] = []
    for block in blocks(bed, rows):
        counts = block.counts(everybody)
        mean, calls = 2 * frequency(counts), counts[:, [0, 2, 3]].sum(axis=1)
        absent = summing.missing_sums(counting.padded(block.raw), lanes)
        score = variant_sums(block, lanes.astype(np.float32)) + mean[:, None] * absent
        spread = 4 * counts[:, 0] + counts[:, 2] - calls * mean**2
        found.append(score**2 / spread[:, None])
    return np.concatenate(found)[:, : traits.shape[1]]


def inflation(chi: NDArray[np.float64]) -> float:
    """λ: the median chi-square over that of the null."""
    return float(np.nanmedian(chi) / MEDIAN)


def goals(measures: Mapping[str, float]) -> Mapping[str, Goal]:
    """Minutes at full size; λ within 0.02 of 1 (a quick run has a tenth of the variants: 0.06), worse
    without.
    """
    full = measures["variants"] >= 150_000
    near = 0.02 if full else 0.06
    return {
        **({"minutes": Goal(at_most=5)} if full else {}),
        "lambda_null": Goal(at_least=1 - near, at_most=1 + near),
        "lambda_null_without": Goal(at_least=1.05),
    }


BENCHMARK = Benchmark(
    name="gwas-step1",
    about=__doc__ or "",
    measure=measure,
    goals=goals,
    packages=("numpy", "scipy"),
    options=options,
)
