"""Water depth 30 and 60 minutes ahead on storms and sites not trained on, from past rain only.

The storms are SWMM's, of random underpasses whose seeds training never used, or those of `--data DIR` (the
form is in `_storm_files.py`). Every site begins unknown. Its storms are forecast in order, each step before
it is learned from, by the shipped model; between storms, whenever the city's nightly duty would, each gauge is
refitted to its storms so far, never to a later one. The last quarter of the storms is what is scored, as the city
would see it; `general_` scores what the shipped model says there without the refit. On the same storms the
anchor is given what it needs: gradient-boosted trees fitted per site on all storms before that quarter (last 6
depths, last 12 rains, 2 h sum). Persistence says that the water stays as it is. `_cold` scores the first five
storms of unknown sites; `_rough` sites whose rain is uneven, where less can be known.

NSE is 1 − mean squared error / variance of the depth, over all steps of all storms, as the anchor has it
(persistence then comes out near the anchor's figures); `_within` takes the variance about each site's own
mean, which is harder. CSI is hits / (hits + misses + false) of 10 cm. Coverage counts all steps;
`_at_stake` only those where water stands or may stand, the unforetold first minutes of a storm among them.
A flood is warned when a warning (a chance of 0.6 of 10 cm at 30 or 60 minutes) stood before the crossing; a
warning is false when no 10 cm came within the hour.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from benchmarks._storm_files import Storms, read
from benchmarks.form import Benchmark, Clock, Goal
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.refit import (
    INPUTS,
    MOST_STORMS,
    Lesson,
    Refit,
    Refits,
    due,
    refit_of,
    said,
    stacked,
)
from citywide.systems.waterlogging.engine.storms import design_storm, storm

Array = NDArray[Any]

TEST_SHARE = 80 / 300
COLD_STORMS = 5
LINE = 10.0
HELD_OUT = 7_000


class Forecasts(NamedTuple):
    """Everything forecast, (site, storm, step, lead), without the refit too; (site, storm, step), who was warned."""

    depth: Array
    low: Array
    high: Array
    general: Array
    warned: Array


def measure(options: Namespace) -> dict[str, float]:
    """Score both sides on the same storms."""
    if options.data:
        return scored(read(options.data), "")
    sites, storms = (
        (options.sites or (3 if options.quick else 8)),
        (options.storms or (75 if options.quick else 300)),
    )
    smooth = scored(made(options.seed, sites, storms, design_storm), "")
    rough = scored(made(options.seed + 1, sites, storms // 2, storm), "_rough")
    return {**smooth, **rough}


def made(seed: int, sites: int, storms: int, draw: Callable[[np.random.Generator], Array]) -> Storms:
    """Storms of random sites, simulated by SWMM."""
    from benchmarks._swmm import flooding_site, storms_of  # noqa: PLC0415 - not needed for storms made elsewhere

    pairs = []
    for site in range(sites):
        rng = np.random.default_rng([HELD_OUT + seed, site])
        pairs.append(storms_of(flooding_site(rng), rng, storms, draw))
    rain, depth = (np.stack(column) for column in zip(*pairs, strict=True))
    return Storms(tuple(map(str, range(sites))), rain, depth)


def scored(storms: Storms, suffix: str) -> dict[str, float]:
    """All measures of one set of storms."""
    with Clock() as ours_took:
        ours = forecast(storms)
    first = test_from(storms)
    with Clock() as trees_took:
        trees = anchor(storms, first)
    stays = np.repeat(storms.depth[..., None], 2, axis=3)
    tests, cold = later(storms, first), later(storms, 0, COLD_STORMS)
    found = (
        skill(tests, ours.depth, "")
        | skill(tests, ours.general, "general_")
        | skill(tests, trees, "trees_")
        | skill(tests, stays, "persistence_")
    )
    found |= {f"{name}_cold": value for name, value in skill(cold, ours.depth, "").items()}
    found |= coverage(tests, ours) | warnings(tests, ours)
    steps = float(np.isfinite(storms.depth).sum())
    found |= {
        "forecasts_per_cpu_s": steps / ours_took.cpu,
        "cpu_s": ours_took.cpu,
        "trees_cpu_s": trees_took.cpu,
    }
    return {f"{name}{suffix}": value for name, value in found.items()}


def forecast(storms: Storms) -> Forecasts:
    """Forecast all storms in order, every step before it is learned from, every storm before its gauge is refitted."""
    sites, count, steps = storms.depth.shape
    forecaster, desk = Forecaster.of(sites), Refitting([[] for _ in range(sites)], [None] * sites)
    shape = (sites, count, steps, 2)
    depths = [np.empty(shape) for _ in range(4)]
    kept = Forecasts(*depths, warned=np.empty(shape[:3], dtype=bool))
    for number in range(count):
        forecaster.pause()
        forecaster.refits = desk.refits()
        inputs = np.empty((steps, sites, INPUTS))
        for step in range(steps):
            ahead = forecaster.step(storms.depth[:, number, step], storms.rain[:, number, step])
            inputs[step] = forecaster.inputs
            for array, values in zip(depths, (*ahead[:3], said(forecaster.inputs)), strict=True):
                array[:, number, step] = values
            kept.warned[:, number, step] = ahead.warns()
        desk.take(inputs, storms.depth[:, number])
    return kept


class Refitting(NamedTuple):
    """Every gauge's storms so far, and its newest refit."""

    lessons: list[list[Lesson]]
    newest: list[Refit | None]

    def take(self, inputs: Array, depth: Array) -> None:
        """Keep a storm of each gauge, inputs (step, site, input) and depth (site, step); refit where that is due."""
        for site, reached in enumerate(depth):
            if not np.isfinite(reached).any():
                continue
            storms, last = self.lessons[site], self.newest[site]
            storms.append(Lesson(inputs[:, site], reached))
            if due(len(storms), last.storms if last else 0):
                self.newest[site] = refit_of(storms[-MOST_STORMS:], len(storms))

    def refits(self) -> Refits:
        """What the forecaster uses from here on."""
        return stacked(self.newest)


def test_from(storms: Storms) -> Array:
    """For each site the storm that the test begins with."""
    counts = np.isfinite(storms.depth).any(axis=2).sum(axis=1)
    return np.minimum(np.ceil(counts * (1 - TEST_SHARE)).astype(int), counts - 1)


def later(storms: Storms, first: Array | int, count: int | None = None) -> Storms:
    """The storms from `first` on (and `count` of them); the others are made unknown."""
    number = np.arange(storms.depth.shape[1])[None, :]
    start = np.broadcast_to(first, len(storms.depth))[:, None]
    chosen = (number >= start) & (number < start + (count or 10**9))
    return storms._replace(depth=np.where(chosen[..., None], storms.depth, np.nan))


def anchor(storms: Storms, first: Array) -> Array:
    """Gradient-boosted trees fitted for each site on the storms before its test."""
    features = recent(storms)
    found = np.repeat(storms.depth[..., None], 2, axis=3)
    for site, start in enumerate(first):
        for lead, steps in enumerate(LEADS):
            change = storms.depth[site, :start, steps:] - storms.depth[site, :start, :-steps]
            known = np.isfinite(change)
            if known.sum() < 100:
                continue
            fitted = HistGradientBoostingRegressor(random_state=0).fit(
                features[site, :start, :-steps][known], change[known]
            )
            rows = features[site, start:]
            moved = fitted.predict(np.nan_to_num(rows.reshape(-1, rows.shape[-1])))
            found[site, start:, :, lead] += moved.reshape(rows.shape[:2])
    return np.maximum(found, 0.0)


def recent(storms: Storms) -> Array:
    """The anchor's features: the last six depths, the last twelve rains, the two-hour sum."""

    def lagged(values: Array, lag: int) -> Array:
        return np.concatenate([np.zeros_like(values[..., :lag]), values], axis=2)[..., : values.shape[2]]

    rains = [lagged(storms.rain, lag) for lag in range(24)]
    depths = [lagged(storms.depth, lag) for lag in range(6)]
    return np.stack([*depths, *rains[:12], sum(rains)], axis=-1)


def skill(storms: Storms, forecasts: Array, name: str) -> dict[str, float]:
    """NSE and CSI at both leads."""
    found = {}
    for lead, steps in enumerate(LEADS):
        reached, said = storms.depth[:, :, steps:], forecasts[:, :, :-steps, lead]
        known = np.isfinite(reached) & np.isfinite(said)
        mean = np.nanmean(np.where(known, reached, np.nan), axis=(1, 2), keepdims=True)
        error, spread, within = (said - reached)[known], reached[known].std() ** 2, (reached - mean)[known]
        over, told = reached[known] >= LINE, said[known] >= LINE
        found[f"{name}nse{steps * 5}"] = 1 - (error**2).mean() / max(spread, 1e-9)
        found[f"{name}nse{steps * 5}_within"] = 1 - (error**2).mean() / max((within**2).mean(), 1e-9)
        found[f"{name}csi{steps * 5}"] = (over & told).sum() / max((over | told).sum(), 1)
    return found


def coverage(storms: Storms, forecasts: Forecasts) -> dict[str, float]:
    """How often the 90 % interval held, at all steps and where there was anything to be wrong about."""
    held, at_stake = [], []
    for lead, steps in enumerate(LEADS):
        reached = storms.depth[:, :, steps:]
        low, high = forecasts.low[:, :, :-steps, lead], forecasts.high[:, :, :-steps, lead]
        known = np.isfinite(reached)
        held.append(((reached >= low - 0.1) & (reached <= high + 0.1))[known])
        at_stake.append((np.maximum(reached, high) > 0.5)[known])
    by_lead = {
        f"coverage90_at_stake_{steps * 5}": h[a].mean() for steps, h, a in zip(LEADS, held, at_stake, strict=True)
    }
    every, counted = np.concatenate(held), np.concatenate(at_stake)
    return {"coverage90": every.mean(), "coverage90_at_stake": every[counted].mean(), **by_lead}


def warnings(storms: Storms, forecasts: Forecasts) -> dict[str, float]:
    """Floods warned before their crossing, the lead, and the share of warnings that were false."""
    leads, false = [], []
    for depth, warned in zip(storms.depth.reshape(-1, storms.depth.shape[2]), _flat(forecasts.warned), strict=True):
        if np.isfinite(depth).any():
            leads += [_lead(warned, at) for at in _crossings(depth)]
            false += _false(depth, warned)
    early = [lead for lead in leads if lead > 0]
    return {
        "floods": len(leads),
        "warned": len(early) / max(len(leads), 1),
        "warning_lead_min": float(np.median(early)) if early else 0.0,
        "false_warnings": sum(false) / max(len(false), 1),
    }


def _flat(warned: Array) -> Array:
    return warned.reshape(-1, warned.shape[2])


def _crossings(depth: Array) -> list[int]:
    """Where water first stands over the line after half an hour below it."""
    over = depth >= LINE
    return [at for at in range(1, len(over)) if over[at] and not over[max(0, at - 6) : at].any()]


def _lead(warned: Array, at: int) -> float:
    """Minutes from the first warning within the hour before to the crossing, 0 for none."""
    before = np.flatnonzero(warned[max(0, at - 12) : at])
    return 5.0 * (at - max(0, at - 12) - before[0]) if len(before) else 0.0


def _false(depth: Array, warned: Array) -> list[bool]:
    """For each warning that began below the line, whether the line was not reached within the hour."""
    quiet = depth < LINE
    starts = [at for at in range(1, len(depth)) if warned[at] and quiet[at] and quiet[at - 1] and not warned[at - 1]]
    return [not (depth[at : at + 13] >= LINE).any() for at in starts]


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--sites", type=int, help="how many random sites (without --data)")
    parser.add_argument("--storms", type=int, help="how many storms each")


def goals(_: Mapping[str, float]) -> dict[str, Goal]:
    """What the published anchor reached on its own site, and a calibrated interval."""
    return {
        "nse30": Goal(at_least=0.984),
        "csi30": Goal(at_least=0.93),
        "nse60": Goal(at_least=0.891),
        "csi60": Goal(at_least=0.83),
        "coverage90": Goal(at_least=0.87, at_most=0.93),
    }


BENCHMARK = Benchmark(
    name="waterlogging",
    about="Forecasts of water depth on storms and sites not trained on, against trees fitted per site.",
    measure=measure,
    goals=goals,
    packages=("numpy", "numba", "scikit-learn", "pyswmm", "swmm-toolkit"),
    options=_options,
)
