"""Residents' words to department: texts of another seed, put together from words training never sees; noisy ones."""

import time
from argparse import Namespace
from collections.abc import Mapping

import numpy as np

from benchmarks.form import Benchmark, Goal
from citywide.systems.hotline.engine.sorter import Sorter
from citywide.systems.hotline.model import MATTERS
from citywide.systems.hotline.sorting.calls import Calls, calls, noisy
from citywide.systems.hotline.sorting.vocabulary import taught

OWNER = {matter.name: matter.department for matter in MATTERS}


def measure(options: Namespace) -> Mapping[str, float]:
    """Train once on one core; the compiler's one-time work is done before the clock starts."""
    Sorter(OWNER).train(*calls(0, 200)[:2])
    history = calls(options.seed, 20_000 if options.quick else 100_000)
    sorter = Sorter(OWNER)
    start, busy = time.perf_counter(), time.process_time()
    taught(sorter, history.texts, history.truth)
    spent, busy = time.perf_counter() - start, time.process_time() - busy
    held = calls(options.seed + 1, 10_000, held_out=True)
    rough = Calls(noisy(options.seed + 2, held.texts), held.truth, held.unseen)
    return {**_figures(sorter, held, rough), "train_s": spent, "train_cpu_s": busy, "texts": len(history.texts)}


def _figures(sorter: Sorter, held: Calls, rough: Calls) -> dict[str, float]:
    shares, rough_shares = (sorter.by_department(sorter.probabilities(each.texts)) for each in (held, rough))
    right, rough_right = _right(sorter, shares, held), _right(sorter, rough_shares, rough)
    both_new = np.array(held.unseen) == 2
    return {
        "top1": right[:, 0].mean(),
        "top3": right[:, :3].any(1).mean(),
        "top1_noisy": rough_right[:, 0].mean(),
        "top1_both_words_unseen": right[both_new, 0].mean(),
        "top1_noisy_both_words_unseen": rough_right[both_new, 0].mean(),
        "calibration_error": _calibration_error(shares.max(1), right[:, 0]),
        "calibration_error_noisy": _calibration_error(rough_shares.max(1), rough_right[:, 0]),
    }


def _right(sorter: Sorter, shares: np.ndarray, said: Calls) -> np.ndarray:
    truth = np.array([sorter.departments.index(OWNER[name]) for name in said.truth])
    return np.argsort(-shares, axis=1) == truth[:, None]


def _calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((confidence * 10).astype(int), 9)
    parts = [(bins == at) for at in range(10) if (bins == at).any()]
    return float(sum(part.mean() * abs(confidence[part].mean() - right[part].mean()) for part in parts))


BENCHMARK = Benchmark(
    name="hotline",
    about=(__doc__ or "").splitlines()[0],
    measure=measure,
    goals={
        "top1": Goal(at_least=0.9),
        "top1_noisy": Goal(at_least=0.9),
        "train_s": Goal(at_most=10),
    },
    packages=("numpy", "numba"),
)
