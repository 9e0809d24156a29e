"""Alarms over many series with a false-alarm rate that the user sets, each explained in one line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.detect.evidence import LAGS, ONSET, evidence, summed
from citywide.systems.epidemic.engine.detect.neighbours import NO_NEIGHBOURS, Neighbourhoods
from citywide.systems.epidemic.engine.detect.usual import WEEKS_PER_YEAR, Usual, usual

HELP = 2.5  # what neighbours and other kinds at the place can add to its own evidence: twelve to one
QUIET_DRAWS = (
    100_000  # enough for a rate of one in a thousand within ten per cent, of one in ten thousand within thirty
)
AT_ONCE = 10_000  # draws, so that few series are not drawn slowly and many not beyond the memory
KEPT, ALIKE = 6, 0.01  # so many draws are kept, and serve a usual that is within so much of theirs in every part
_drawn: Final[list[tuple[Usual, Neighbourhoods, int, NDArray[np.float64]]]] = []


@dataclass(frozen=True)
class Watch:
    """What was found in every series and week watched, all arrays [series, weeks]."""

    score: NDArray[np.float64]
    own: NDArray[np.float64]  # log Bayes factor of the series alone, without its neighbours
    p_value: NDArray[np.float64]
    weeks_running: NDArray[np.intp]
    level: NDArray[np.intp]
    observed: NDArray[np.float64]
    usual: Usual

    def alarms(self, false_alarm_rate: float) -> NDArray[np.bool_]:
        """Which ring, when this share of the quiet series-weeks may ring."""
        return self.p_value <= false_alarm_rate


@dataclass(frozen=True)
class Alarm:
    """One alarm in the officer's words."""

    where: str
    what: str
    observed: int
    expected: float
    weeks: int
    p_value: float

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return self.observed - self.expected

    def says(self) -> str:
        """Where, what, how many more than expected; by chance only this often."""
        time = "this week" if self.weeks == 1 else f"in {self.weeks} weeks"
        return (
            f"{self.where}, {self.what}: {self.observed} {time} where {self.expected:.1f} are usual, "
            f"{self.excess:.1f} more (by chance {self.p_value:.2g} of quiet weeks)"
        )


def watch(
    counts: NDArray[np.float64],
    first_week: int,
    near: Neighbourhoods = NO_NEIGHBOURS,
    weeks_per_year: float = WEEKS_PER_YEAR,
    seed: int = 0,
) -> Watch:
    """Watch weeks from `first_week` on; counts [places × kinds, weeks], all kinds of a place together."""
    normal = usual(counts, first_week, weeks_per_year, near.places)
    newest = _newest(counts, first_week)
    by_level = _scores(newest, normal.expected, normal.variance, near)
    own, score = _join(by_level, near)
    p_value = _p_values(score, _kept_quiet_scores(normal, near, seed))
    known = newest[..., 0] >= 0
    best = np.argmax(by_level.max(axis=-1), axis=0)
    told = np.take_along_axis(by_level, best[None, ..., None], axis=0)[0]
    onset = (told - np.log(ONSET)).argmax(axis=-1)  # ringing early is a wish; since when it runs, the counts say
    return Watch(score, own, np.where(known, p_value, 1.0), onset + 1, best, newest[..., 0], normal)


def quiet_scores(normal: Usual, near: Neighbourhoods, rng: np.random.Generator) -> NDArray[np.float64]:
    """Sorted scores of weeks without outbreak, drawn from each series' usual with its uncertainty."""
    rounds = max(1, round(QUIET_DRAWS / normal.dispersion.size))
    at_once = max(1, round(AT_ONCE / normal.dispersion.size))
    drawn = [
        _quiet_rounds(normal.repeated(min(at_once, rounds - begin)), near, rng) for begin in range(0, rounds, at_once)
    ]
    return np.sort(np.concatenate(drawn))


def _kept_quiet_scores(normal: Usual, near: Neighbourhoods, seed: int) -> NDArray[np.float64]:
    """The same, not drawn anew while the usual is what it was: late reports of a day change it by less than we draw."""
    for before, places, sown, scores in _drawn:
        if sown == seed and _alike(before, normal) and _same(places, near):
            return scores
    scores = quiet_scores(normal, near, np.random.default_rng(seed))
    _drawn.append((normal, near, seed, scores))
    del _drawn[:-KEPT]
    return scores


def _alike(one: Usual, other: Usual) -> bool:
    parts = ("expected", "dispersion", "uncertainty")
    pairs = [(getattr(one, part), getattr(other, part)) for part in parts]
    return all(a.shape == b.shape and np.allclose(a, b, rtol=ALIKE, atol=0) for a, b in pairs)


def _same(one: Neighbourhoods, other: Neighbourhoods) -> bool:
    return len(one.members) == len(other.members) and all(map(np.array_equal, one.members, other.members))


def explain(found: Watch, counts: NDArray[np.float64], series: int, where: str, what: str, week: int = -1) -> Alarm:
    """The alarm of one series in its newest (or another) watched week, counted since its onset."""
    lags = int(found.weeks_running[series, week])
    last = counts.shape[1] + week if week < 0 else counts.shape[1] - found.score.shape[1] + week
    observed = np.maximum(counts[series, last - lags + 1 : last + 1], 0).sum()
    expected = found.usual.expected[series, week, :lags].sum()
    return Alarm(where, what, int(observed), float(expected), lags, float(found.p_value[series, week]))


def explain_all(
    found: Watch, counts: NDArray[np.float64], names: Sequence[tuple[str, str]], false_alarm_rate: float
) -> list[Alarm]:
    """All alarms of the newest week, the least likely by chance first; names are (where, what)."""
    ringing = np.flatnonzero(found.alarms(false_alarm_rate)[:, -1])
    alarms = [explain(found, counts, i, *names[i]) for i in ringing.tolist()]
    return sorted(alarms, key=lambda alarm: (alarm.p_value, -alarm.excess))


def _newest(counts: NDArray[np.float64], first_week: int) -> NDArray[np.float64]:
    weeks = counts.shape[1]
    return np.stack([counts[:, first_week - lag : weeks - lag] for lag in range(LAGS)], axis=-1)


def _scores(
    counts: NDArray[np.float64],
    means: NDArray[np.float64],
    variances: NDArray[np.float64],
    near: Neighbourhoods,
) -> NDArray[np.float64]:
    """Log Bayes factors [level, series, weeks, onset], prior weight of the level included."""
    if near.members:  # a place that is silent counts as usual among its neighbours
        counts = np.where(counts < 0, means, counts)
    places = near.places or len(counts)
    inputs = [near.levels(part.reshape(places, -1, *part.shape[1:])) for part in (counts, means, variances)]
    levels = zip(*inputs, near.log_weights(), strict=True)
    return np.stack([_evidence(*parts).reshape(counts.shape) + weight for *parts, weight in levels])


def _evidence(*parts: NDArray[np.float64]) -> NDArray[np.float64]:
    return evidence(*(np.ascontiguousarray(part).reshape(-1, LAGS) for part in parts))


def _join(by_level: NDArray[np.float64], near: Neighbourhoods) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The evidence of each series alone, and with what is seen around it: an outbreak next door is not yet one here."""
    own = summed(by_level[0]) - near.log_weights()[0]
    if not near.places:
        return own, own
    around = np.maximum(np.logaddexp.reduce(summed(by_level), axis=0) - own, 0)
    return own, own + np.minimum(around + _other_kinds(own, near.places), HELP)


def _other_kinds(own: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """The strongest evidence of another kind at the same place, for as many as there are."""
    by_place = own.reshape(places, -1, own.shape[-1])
    kinds = by_place.shape[1]
    if kinds == 1:
        return np.zeros_like(own)
    others = [np.delete(by_place, kind, axis=1).max(axis=1) - np.log(kinds - 1) for kind in range(kinds)]
    return np.maximum(np.stack(others, axis=1), 0).reshape(own.shape)


def _quiet_rounds(normal: Usual, near: Neighbourhoods, rng: np.random.Generator) -> NDArray[np.float64]:
    error = rng.standard_normal(normal.uncertainty.shape) * normal.uncertainty
    means = normal.expected * np.exp(np.clip(error, -3, 3))[..., None]
    excess = np.maximum(normal.dispersion - 1, 1e-9)[..., None]
    counts = rng.poisson(rng.gamma(means / excess, excess)).astype(np.float64)
    return _join(_scores(counts, normal.expected, normal.variance, near), near)[1].ravel()


def _p_values(score: NDArray[np.float64], quiet: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of quiet scores as high; above them all it falls as a Bayes factor's chance does (Markov)."""
    as_high = len(quiet) - np.searchsorted(quiet, score, side="left")
    beyond = np.clip(score - quiet[-1], 0, 600)
    return (as_high + 1) / (len(quiet) + 1) * np.exp(-beyond)
