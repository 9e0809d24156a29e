"""Weights and spread of the pool, learned week by week from forecasts whose weeks have matured."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.quantiles import mixed, normal_score, stretched
from citywide.systems.epidemic.engine.forecast.scale import Scale
from citywide.systems.epidemic.engine.scores import LEVELS, covered, pinball

Floats = NDArray[np.floating]

FORGET = 0.97  # weight that a matured forecast keeps per week of age
TRUST = 4.0  # how sharply weights follow scores
PATIENCE = 10.0  # weeks of scores, all of one season, that weigh as much as what was thought beforehand
STRETCH: Floats = np.array([0.86, 0.93, 1.0, 1.1, 1.22, 1.36, 1.52, 1.7, 1.9])
MIDDLE = 0.95, 0.05  # factor on the spread for the first step of a season never seen, and more for each further one
UPPER = 1.0, 0.08  # the same for the upper tail: seasons outgrow what was seen more often than they fall short
FAR = 5  # steps after which the factors grow no more
YOUNG, GROWN = 1.0, 10.0  # more spread where there is no history yet, and the weeks in which it all but goes
UPWARD: Floats = np.clip((normal_score(LEVELS) - 0.7) / 1.2, 0, 1)


@dataclass(frozen=True)
class Matured:
    """One past forecast beside what became of it."""

    age: float
    members: dict[str, Floats]
    pooled: Floats
    truth: Floats

    def at(self, horizon: int) -> "Matured":
        """One horizon only."""
        one = slice(horizon, horizon + 1)
        return Matured(self.age, self.members, self.pooled[:, one], self.truth[:, one])


def weights(past: Sequence[Matured], prior: dict[str, float], scale: Scale, total: int | None) -> dict[str, float]:
    """Members weigh more as their matured forecasts score better than the other members'."""
    losses, mass = _losses(past, tuple(prior), scale, total)
    evidence = mass / (mass + PATIENCE)
    best = min((loss for loss in losses.values() if loss == loss), default=1.0)  # noqa: PLR0124 - NaN
    raw = {
        name: share * np.exp(-TRUST * evidence * np.nan_to_num(losses[name] / max(best, 1e-9) - 1))
        for name, share in prior.items()
    }
    whole = sum(raw.values())
    return {name: float(value / whole) for name, value in raw.items()}


def _losses(
    past: Sequence[Matured], names: tuple[str, ...], scale: Scale, total: int | None
) -> tuple[dict[str, float], float]:
    sums, mass = dict.fromkeys(names, 0.0), 0.0
    for week in past:
        if any(name not in week.members for name in names):
            continue
        heavy = FORGET**week.age * _importance(week.truth, total)
        mass += FORGET**week.age
        for name in names:
            sums[name] += float(np.nansum(heavy * _loss(week.members[name], week.truth, scale)))
    return {name: value / mass if mass else float("nan") for name, value in sums.items()}, mass


def _importance(truth: Floats, total: int | None) -> Floats:
    """The total counts as much as all places together, as it does in the score of counts."""
    share = np.ones(truth.shape)
    if total is not None:
        share[total] = len(truth) - 1
    return share / max(share[~np.isnan(truth)].sum(), 1e-9)


def _loss(quantiles: Floats, truth: Floats, scale: Scale) -> Floats:
    return pinball(_small(truth, scale), _small(quantiles, scale))


def _small(values: Floats, scale: Scale) -> Floats:
    return np.moveaxis(scale.shrink(np.moveaxis(values, 0, -1)), -1, 0)


def stretches(past: Sequence[Matured], scale: Scale, rows: NDArray[np.intp], horizons: int) -> Floats:
    """The factor by horizon, each drawn halfway to the factor of all horizons."""
    common = stretch(past, scale, rows)
    own = [stretch([week.at(h) for week in past], scale, rows) for h in range(horizons)]
    return np.sqrt(common * np.array(own))


def stretch(past: Sequence[Matured], scale: Scale, rows: NDArray[np.intp]) -> float:
    """The factor on the spread that would have served the matured forecasts of these places best."""
    if not past or not rows.size:
        return 1.0
    cost, mass = np.zeros(len(STRETCH)), 0.0
    for week in past:
        truth, pooled = _small(week.truth, scale)[rows], _small(week.pooled, scale)[rows]
        told = ~np.isnan(truth)
        if told.any():
            heavy = FORGET**week.age
            mass += heavy
            cost += heavy * np.array([_strain(truth[told], pooled[told], factor) for factor in STRETCH])
    chosen = float(np.log(STRETCH[int(cost.argmin())]))
    return float(np.exp(chosen * mass / (mass + PATIENCE)))


def _strain(truth: Floats, pooled: Floats, factor: float) -> float:
    return float(pinball(truth, stretched(pooled, factor)).mean())


def pooled(members: dict[str, Floats], share: dict[str, float], steps: Sequence[int], weeks: int) -> Floats:
    """The linear pool of members on the working scale, as wide as a season asks for that none of them has seen.

    Of so few `weeks` none of them has seen much of the disease itself.
    """
    names = list(members)
    joint = mixed(np.stack([members[name] for name in names]), np.array([share[name] for name in names]))
    further = np.minimum(np.array(steps) - 1, FAR)[:, None]
    middle, upper = (first + more * further for first, more in (MIDDLE, UPPER))
    young = 1 + YOUNG * np.exp(-weeks / GROWN)
    return stretched(joint, young * (middle + (upper - middle) * UPWARD))


def coverage(past: Sequence[Matured], share: float) -> float:
    """How often matured truths lay in the central interval that promised this share."""
    hits = [covered(week.truth, week.pooled, share)[~np.isnan(week.truth)] for week in past]
    return float(np.concatenate(hits).mean()) if hits else float("nan")
