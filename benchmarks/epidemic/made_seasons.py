"""Worlds that were made up, in the form of a hub's folder: seasons of many shapes, places of many sizes, habits of
reporting that change; made in other ways than the imagined seasons that the forecaster itself learns from.

The peer beside each is flat: as the last report, as unsure as reports have differed.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.epidemic.folder import Hub, truth_of
from benchmarks.epidemic.peers import Peer, Tasks
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.engine.triangle import WEEK, Triangle

Floats = NDArray[np.floating]
Rng = np.random.Generator

YEAR = 52.18
OTHER_YEARS = 260  # weeks before the history, seen only through a related signal
SPARE = 208  # weeks among which the season that is asked for is found
HORIZONS = (0, 1, 2, 3)
FLAT = "flat-baseline"
PUBLISHED, SETTLED = 4, 400  # days after a week, and after the last one, when all that was late has come


def made_world(seed: int, every: int = 1) -> Hub:
    """One world; even seeds have a wave a year, odd ones waves at any time."""
    rng = np.random.default_rng((7919, seed))
    places, season = int(np.exp(rng.uniform(np.log(10), np.log(55)))), int(rng.integers(28, 33))
    weeks = season + round(YEAR * rng.choice([1.1, 1.8, 2.5, 3.5]))
    course = (jumps if seed % 2 else waves)(rng, OTHER_YEARS + weeks + SPARE, places)
    course = noisy(chosen(rng, course, weeks, season), rng)
    history = history_of(rng, _counted(rng, course[-weeks:], season), season)
    days = history.weeks[-season + 1 :: every]
    truth = truth_of(history.known(history.vintages[-1]), Tasks(days, history.places, HORIZONS))
    signal = (course[:OTHER_YEARS] + rng.uniform(0.1, 0.5)) * np.exp(rng.normal(0, 0.08, (OTHER_YEARS, places)))
    background = history.weeks[0] - np.arange(OTHER_YEARS + 30, 30, -1) * WEEK, signal
    peers = {FLAT: Peer(np.stack([_flat(history, day) for day in days]))}
    return Hub(
        history, days, np.full(len(days), f"made-{seed}"), HORIZONS, truth, peers, FLAT, "",
        background if rng.random() < 0.5 else None,
    )  # fmt: skip


def waves(rng: Rng, weeks: int, places: int) -> Floats:
    """Lopsided waves of very different height, sometimes a second one behind the first."""
    out = np.full((weeks, places), rng.uniform(0.005, 0.05))
    first, apart = rng.uniform(0, YEAR), rng.normal(0, rng.uniform(0.3, 2.0), places)
    for year in range(-1, round(weeks / YEAR) + 2):
        peak, height = first + YEAR * year + rng.normal(0, 3.5), np.exp(rng.normal(0, 0.6))
        out += wave(rng, weeks, peak + apart, height)
        if rng.random() < 0.45:
            out += wave(rng, weeks, peak + apart + rng.uniform(4, 13), height * rng.uniform(0.2, 1.0))
    return out


def wave(rng: Rng, weeks: int, peak: Floats, height: float) -> Floats:
    """A season's rise and fall in each place, of its own steepness."""
    rise, fall, sharp = rng.uniform(0.2, 0.6), rng.uniform(0.12, 0.4), rng.uniform(0.6, 2.0)
    away = (np.arange(weeks)[:, None] - peak - rng.normal(0, 1.0, len(peak))) * sharp
    return height * np.exp(rng.normal(0, 0.3, len(peak)) - np.logaddexp(-rise * away, fall * away) / sharp)


def jumps(rng: Rng, weeks: int, places: int) -> Floats:
    """Susceptibles deplete and wane; transmission jumps when people change what they do, or a variant comes."""
    open_to, ill = rng.uniform(0.5, 0.9, places), np.full(places, 1e-4)
    common, local, out = 0.0, np.zeros(places), np.empty((weeks, places))
    base, heals, wanes = rng.uniform(0.7, 1.6), rng.uniform(0.5, 0.9), rng.uniform(0.004, 0.02)
    swing = rng.uniform(0, 0.25) * np.cos(2 * np.pi * np.arange(weeks) / YEAR + rng.uniform(0, 6.3))
    for t in range(weeks):
        common = rng.normal(0, 0.18) if rng.random() < 1 / 22 else common
        open_to = np.minimum(1, open_to + (rng.uniform(0.05, 0.2) if rng.random() < 1 / 60 else 0))
        local = 0.8 * local + rng.normal(0, 0.04, places)
        force = base * np.exp(swing[t] + common + local) * (0.95 * ill + 0.05 * ill.mean()) + 1e-5
        out[t] = open_to * (1 - np.exp(-force))
        open_to, ill = np.clip(open_to - out[t] + wanes * (1 - open_to), 0.01, 1), ill * (1 - heals) + out[t]
    return out / np.median(out.max(axis=0)) + 0.003


def chosen(rng: Rng, course: Floats, weeks: int, season: int) -> Floats:
    """The stretch whose last season peaks inside, 0.3 to 3 times as high as anything before it."""
    asked, unlike = rng.uniform(np.log(0.3), np.log(3)), np.empty(SPARE)
    for cut in range(SPARE):
        before, last = np.split(course.sum(axis=1)[cut + OTHER_YEARS :][:weeks], [weeks - season])
        outside = not 3 <= last.argmax() <= season - 4
        unlike[cut] = abs(np.log(last.max() / before.max()) - asked) + 5 * outside
    cut = int(unlike.argmin())
    return course[cut : cut + OTHER_YEARS + weeks]


def noisy(course: Floats, rng: Rng) -> Floats:
    """Weather and chance, alike everywhere and by place, and a holiday a year when fewer are counted."""
    noise = rng.normal(0, 0.05, (len(course), 1)) + rng.normal(0, rng.uniform(0.04, 0.12), course.shape)
    noise[1:] += 0.5 * noise[:-1]
    holiday = np.arange(len(course)) % 52 == rng.integers(52)
    return course * np.exp(noise) * np.where(holiday, rng.uniform(0.75, 1.0), 1.0)[:, None]


def _counted(rng: Rng, course: Floats, season: int) -> Floats:
    """Counts of places of any size; in two worlds of five some places report all their cases from a week on only."""
    size = np.exp(rng.normal(3.0, 1.2, course.shape[1])) * rng.uniform(1.5, 15)
    share = np.ones(course.shape)
    if rng.random() < 0.4:
        since = len(course) - season + int(rng.integers(-10, season // 2))
        share[:since, rng.random(course.shape[1]) < rng.uniform(0.3, 1)] = rng.uniform(0.6, 0.9)
    return rng.poisson(course * size * share * rng.gamma(80, 1 / 80, course.shape)).astype(np.float64)


def history_of(rng: Rng, final: Floats, season: int) -> Triangle:
    """Weekly vintages of the last season and most of a year before it, whose habits of reporting differ."""
    weeks = len(final)
    days = np.datetime64("2015-01-03") + (int(rng.integers(52)) + np.arange(weeks)) * WEEK
    start, silent = weeks - season, rng.random() < 0.5
    shown = [v for v in range(max(30, start - 60), weeks) if not (silent and start - 26 <= v < start - 1)]
    told = _told(rng, final, np.arange(weeks) >= start - 20)
    values = np.stack([*(np.where(np.arange(weeks)[:, None] <= v, told[v], np.nan) for v in shown), final])
    if rng.random() < 0.75:
        values = np.concatenate([values, values.sum(axis=2, keepdims=True)], axis=2)
    moments = np.concatenate([days[shown] + PUBLISHED, days[-1:] + SETTLED]).astype("datetime64[s]")
    names = tuple(f"place {p}" for p in range(values.shape[2]))
    return Triangle(moments, days, names, values)


def _told(rng: Rng, final: Floats, lately: NDArray[np.bool_]) -> Floats:
    """What each week's vintage says: vintages, weeks, places."""
    (short, left, restated), before = _habit(rng), _habit(rng)
    age = np.maximum(np.arange(len(final))[:, None] - np.arange(len(final)), 0)
    late = np.where(lately, short * left**age, before[0] * before[1] ** age)[..., None]
    own = np.exp(rng.normal(0, 0.5, final.shape[1])) * rng.gamma(6, 1 / 6, final.shape)
    again = rng.random(final.shape) < restated
    reach, jump = rng.integers(1, 12, final.shape), rng.normal(0.04, 0.12, final.shape)
    still = np.zeros((len(final), *final.shape))
    for week in range(1, len(final)):
        at = np.arange(len(final))[:, None] >= week - reach[week]
        still[:week] += np.where(again[week] & at, jump[week], 0)
    return np.round(final * (1 - np.clip(late * own, -0.5, 0.8)) * np.exp(-np.clip(still, -0.6, 0.6)))


def _habit(rng: Rng) -> tuple[float, float, float]:
    """How far first reports fall short, the share of that left a week later, the share of weeks restated at once."""
    kinds = ((0.0, 0.0), (rng.uniform(0.05, 0.16), 0.8), (rng.uniform(0.05, 0.25), 0.3), (-0.05, 0.5))
    return *kinds[int(rng.choice(4, p=(0.3, 0.3, 0.25, 0.15)))], float(rng.choice([0.0, 0.03, 0.1]))


def _flat(history: Triangle, day: np.datetime64) -> Floats:
    told = history.known(day).values
    moved = [told[h + 1 :] - told[: -h - 1] for h in HORIZONS]
    both = [np.quantile(told[-1] + np.concatenate([move, -move]), LEVELS, axis=0).T for move in moved]
    return np.maximum(np.stack(both, axis=1), 0)
