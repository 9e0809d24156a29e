"""Outbreak detection against R's `farringtonFlexible`, on the scenarios of Noufaily et al. 2013.

The peer runs with the settings that its authors published (ten seasonal levels, trend always fitted, 26
recent weeks left out, negative binomial threshold) and, as measures named `default_…`, as the package comes.
Both sides are compared at the peer's own false-positive rate. `first_week_by_one_week` is what a detector would
reach that knows the true mean and dispersion of every series and looks at the current week alone.
"""

import shutil
import subprocess
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.epidemic.engine.detect import neighbourhoods, screen, watch
from citywide.systems.epidemic.engine.detect.scenarios import (
    FIRST_CURRENT_WEEK,
    Series,
    all_scenarios,
    simulate,
)

PEER = Path(__file__).parent / "farrington_flexible.R"
ALPHA = 0.01
ROUNDS = 10
QUICK_ROUNDS = 2
SETTINGS = ("published", "default")
PLACES, KINDS = 226, 44
_found: dict[str, str] = {}


@dataclass(frozen=True)
class Quality:
    """Shares: quiet weeks that ring, outbreaks found, found in their first week, alarms that are true."""

    fpr: float
    pod: float
    first_week: float
    ppv: float


def measure(options: Namespace) -> Mapping[str, float]:
    """Both sides on the same series, round by round."""
    install()
    rng = np.random.default_rng(options.seed)
    watch(np.ones((2, 200)), 198)  # compiled before the clock starts
    peers = SETTINGS[:1] if options.quick else SETTINGS
    rounds = list(_rounds(rng, peers, QUICK_ROUNDS if options.quick else ROUNDS))
    truth = np.concatenate([part["truth"] for part in rounds]) > 0
    score, ideal = (np.concatenate([part[name] for part in rounds]) for name in ("score", "ideal"))
    measures: dict[str, float] = {}
    for settings in peers:
        peer = quality(np.concatenate([part[settings] for part in rounds]) > 0, truth)
        prefix = "" if settings == "published" else f"{settings}_"
        measures |= _ratios(prefix, at_rate(score, truth, peer.fpr), at_rate(ideal, truth, peer.fpr), peer)
        measures[f"{prefix}speed_ratio"] = sum(p[f"{settings}_cpu"] for p in rounds) / sum(p["cpu"] for p in rounds)
    asked = np.concatenate([part["p_value"] for part in rounds]) <= ALPHA
    measures["fpr_when_asked_for_0.01"] = quality(asked, truth).fpr
    return measures | _city(options.seed)


def _rounds(
    rng: np.random.Generator, peers: Sequence[str], count: int
) -> Iterator[dict[str, NDArray[np.float64] | float]]:
    for number in range(1, count + 1):
        part = _round(rng, peers)
        seconds = " ".join(f"{name} {part[f'{name}_cpu']:.1f}" for name in peers)
        print(f"round {number} of {count}: CPU seconds {part['cpu']:.1f}, {seconds}", flush=True)
        yield part


def _round(rng: np.random.Generator, peers: Sequence[str]) -> dict[str, NDArray[np.float64] | float]:
    series = [simulate(scenario, rng) for scenario in all_scenarios()]
    counts = np.array([one.counts for one in series], dtype=np.float64)
    result: dict[str, NDArray[np.float64] | float] = {}
    for settings in peers:
        result[settings], result[f"{settings}_cpu"] = run_peer(counts, settings)
    with Clock() as clock:
        found = watch(counts, FIRST_CURRENT_WEEK, weeks_per_year=52)
    truth = np.array([one.in_outbreak[FIRST_CURRENT_WEEK:] for one in series])
    return result | {
        "cpu": clock.cpu,
        "score": found.score,
        "p_value": found.p_value,
        "truth": truth.astype(np.float64),
        "ideal": np.array([_known_truth(one) for one in series]),
    }


def run_peer(counts: NDArray[np.float64], settings: str) -> tuple[NDArray[np.float64], float]:
    """Alarms [series, weeks] of the peer and its CPU seconds without start-up."""
    with tempfile.TemporaryDirectory() as folder:
        given, alarms = Path(folder, "counts.csv"), Path(folder, "alarms.csv")
        np.savetxt(given, counts.T, fmt="%d", delimiter=",")
        command = [
            "Rscript",
            str(PEER),
            str(given),
            str(alarms),
            str(FIRST_CURRENT_WEEK + 1),
            str(ALPHA),
            settings,
        ]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        _found["surveillance"] = said[1]
        return np.loadtxt(alarms, delimiter=",").T, float(said[0])


def quality(alarms: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Quality:
    """The published measures (Bedubourg and Le Strat 2017), week by week and outbreak by outbreak."""
    has = truth.any(axis=1)
    first = alarms[np.arange(len(truth)), truth.argmax(axis=1)]
    hits = (alarms & truth).any(axis=1)
    true_alarms = (alarms & truth).sum() / max(alarms.sum(), 1)
    return Quality(float(alarms[~truth].mean()), float(hits[has].mean()), float(first[has].mean()), float(true_alarms))


def at_rate(score: NDArray[np.float64], truth: NDArray[np.bool_], rate: float) -> Quality:
    """The quality of ringing above the threshold that keeps the false-positive rate at or below `rate`."""
    return quality(score > np.quantile(score[~truth], 1 - rate, method="higher"), truth)


def install() -> None:
    """Have R with the surveillance package, from Debian, when it is missing."""
    if (
        shutil.which("Rscript")
        and subprocess.run(["Rscript", "-e", "library(surveillance)"], check=False, capture_output=True).returncode == 0
    ):
        return
    subprocess.run(["apt-get", "update", "-qq"], check=True, capture_output=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", "r-cran-surveillance"], check=True, capture_output=True)


def _ratios(prefix: str, ours: Quality, ideal: Quality, peer: Quality) -> dict[str, float]:
    return {
        f"{prefix}pod_ratio": ours.pod / peer.pod,
        f"{prefix}first_week_ratio": ours.first_week / peer.first_week,
        f"{prefix}ppv_ratio": ours.ppv / peer.ppv,
        f"{prefix}first_week_by_one_week": ideal.first_week / peer.first_week,
        f"{prefix}fpr": ours.fpr,
        f"{prefix}fpr_peer": peer.fpr,
        f"{prefix}pod": ours.pod,
        f"{prefix}first_week": ours.first_week,
        f"{prefix}ppv": ours.ppv,
    }


def _known_truth(series: Series) -> NDArray[np.float64]:
    phi = max(series.scenario.phi, 1 + 1e-6)
    mean = series.scenario.mean()[FIRST_CURRENT_WEEK:]
    return -nbinom.logsf(series.counts[FIRST_CURRENT_WEEK:] - 1, mean / (phi - 1), 1 / phi)


def _city(seed: int) -> dict[str, float]:
    """One day of a city: 226 hospitals × 44 syndromes, twelve years of weeks, screened and scanned."""
    rng = np.random.default_rng(seed)
    scenarios = all_scenarios()
    some = np.array([simulate(scenarios[i], rng).counts for i in np.arange(420) % 42], dtype=np.float64)
    counts = some[rng.integers(0, len(some), PLACES * KINDS)]
    near = neighbourhoods(rng.uniform(0, 20_000, (PLACES, 2)))
    watch(counts[:226], counts.shape[1] - 1, near)
    with Clock() as clock:
        watch(screen(counts).counts, counts.shape[1] - 1, near)
    return {"city_cpu_seconds": clock.cpu}


GOALS = {
    "pod_ratio": Goal(at_least=1.1),
    "first_week_ratio": Goal(at_least=1.1),
    "ppv_ratio": Goal(at_least=1.15),
    "speed_ratio": Goal(at_least=20),
    "default_pod_ratio": Goal(at_least=1.1),
    "default_first_week_ratio": Goal(at_least=1.1),
    "default_ppv_ratio": Goal(at_least=1.15),
    "fpr_when_asked_for_0.01": Goal(at_most=0.0125),
    "city_cpu_seconds": Goal(at_most=15),
}
BENCHMARK = Benchmark(
    name="outbreaks",
    about="Outbreak detection against farringtonFlexible on the published scenarios",
    measure=measure,
    goals=GOALS,
    packages=("numba", "numpy"),
    versions=lambda: dict(_found),
)
