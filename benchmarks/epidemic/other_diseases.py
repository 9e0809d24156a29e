"""Made-up worlds of other diseases: plateaus of months, two waves a year, handfuls of cases, weeks that never come in.

They end on other weekdays, have other numbers of places, and are noisier than the made-up seasons.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.epidemic import made_seasons as made
from benchmarks.epidemic.folder import Hub, truth_of
from benchmarks.epidemic.peers import Peer, Tasks
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import Triangle

Floats = NDArray[np.floating]
Rng = np.random.Generator

SEASON = 30
SILENT = 0.03  # share of weeks that a place never reports, where there are gaps


@dataclass(frozen=True)
class Disease:
    """How it runs, in how many places, how large (logarithm and its spread), how noisy, and how it is told."""

    course: Callable[[Rng, int, int], Floats]
    places: int
    size: tuple[float, float]
    evenness: float
    later: int = 0  # days by which its weeks end after Saturday
    gaps: bool = False


def plateaus(rng: Rng, weeks: int, places: int) -> Floats:
    """Rises to a level, stays for months, goes on to another."""
    out, level, aim = np.empty((weeks, places)), np.full(places, -2.0), -2.0
    for week in range(weeks):
        aim = float(rng.choice([-3.0, -2.0, -1.0, -0.4, 0.2])) if rng.random() < 1 / 18 else aim
        level = level + 0.16 * (aim - level) + rng.normal(0, 0.05) + rng.normal(0, 0.07, places)
        out[week] = np.exp(level)
    return out


def two_a_year(rng: Rng, weeks: int, places: int) -> Floats:
    """A larger and a smaller wave every year, weeks apart from place to place."""
    out, first, apart = np.full((weeks, places), 0.02), rng.uniform(0, made.YEAR), rng.normal(0, 3.0, places)
    for half in range(-2, 2 * round(weeks / made.YEAR) + 4):
        height = (1.0, 0.6)[half % 2] * np.exp(rng.normal(0, 0.4))
        out += made.wave(rng, weeks, first + made.YEAR / 2 * half + rng.normal(0, 3.0) + apart, height)
    return out


DISEASES = {
    "plateau": Disease(plateaus, 25, (3.0, 1.2), 60, later=1),
    "two-a-year": Disease(two_a_year, 16, (3.0, 1.2), 60, later=2),
    "handfuls": Disease(made.waves, 30, (0.9, 1.0), 12, gaps=True),
    "wild": Disease(made.jumps, 12, (3.0, 1.2), 15, later=4, gaps=True),
}


def other_world(name: str, seed: int, every: int = 1) -> Hub:
    """One world of one of the diseases."""
    disease, rng = DISEASES[name], np.random.default_rng((104729, seed, *name.encode()))
    weeks = SEASON + int(rng.choice([40, 57, 94]))
    course = disease.course(rng, made.OTHER_YEARS + weeks + made.SPARE, disease.places)
    course = made.noisy(made.chosen(rng, course, weeks, SEASON), rng)[-weeks:]
    size = np.exp(rng.normal(*disease.size, disease.places)) * rng.uniform(1.5, 6)
    chance = rng.gamma(disease.evenness, 1 / disease.evenness, course.shape)
    history = _told(made.history_of(rng, rng.poisson(course * size * chance).astype(np.float64), SEASON), disease, rng)
    days = history.weeks[-SEASON + 1 :: every]
    truth = truth_of(history.known(history.vintages[-1]), Tasks(days, history.places, made.HORIZONS))
    peers = {made.FLAT: Peer(np.stack([_flat(history, day) for day in days]))}
    season = np.full(len(days), f"{name}-{seed}")
    return Hub(history, days, season, made.HORIZONS, truth, peers, made.FLAT, "", None)


def _told(history: Triangle, disease: Disease, rng: Rng) -> Triangle:
    values, later = history.values.copy(), np.timedelta64(disease.later, "D")
    if disease.gaps:
        values[:-1, rng.random(values.shape[1:]) < SILENT] = np.nan
    return replace(history, values=values, weeks=history.weeks + later, vintages=history.vintages + later)


def _flat(history: Triangle, day: np.datetime64) -> Floats:
    """As the last report, as unsure as reports have differed; a missing one is taken for middling."""
    told = history.known(day).values
    told = np.where(np.isnan(told), np.nanmedian(told), told)
    moved = [told[h + 1 :] - told[: -h - 1] for h in made.HORIZONS]
    both = [np.quantile(told[-1] + np.concatenate([move, -move]), LEVELS, axis=0).T for move in moved]
    return np.maximum(np.stack(both, axis=1), 0)
