"""Teach the model what roads' plans say: `python -m benchmarks.waterlogging.train_plans` (8 minutes, one core).

Sites of which the plan is known (catchment, sump, pumps) and that nobody chose because they flood: most do not. Some
are SWMM's, the others those of a fast model, whose storms are smaller and whose rain is measured elsewhere. Each is
watched from its first storm; the lesson is every wet step before its road was first under water. Seeds are of no city.
"""

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging.swmm import Site, random_site, storms_of
from benchmarks.waterlogging.train import CACHE, COMMON, mixed_storm
from citywide.systems.waterlogging.engine import plan
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.model import SHIPPED, load, save
from citywide.systems.waterlogging.engine.refit import LINE_CM
from citywide.systems.waterlogging.engine.trees import Forest, forest_of
from citywide.systems.waterlogging.simulated.hydraulics import run
from citywide.systems.waterlogging.simulated.sites import random_sites

Array = NDArray[Any]

SEED, SITES, STORMS = 4242, 160, 12
FAST_SEED, FAST_SITES, FAST_STORMS = 606, 700, 2
MEDIAN_MM, LEAST_MM, MOST_MM = 22, 5, 120
ELSEWHERE, LATE_SHARE = 0.2, 0.4
WIDER = (1.0, 2.0)
SETTINGS = {**COMMON, "objective": "binary", "learning_rate": 0.05, "num_leaves": 8, "feature_fraction": 0.7,
            "monotone_constraints": [(name in plan.GROWING) - (name == "capacity") for name in plan.ROWS]}  # fmt: skip
ROUNDS = 120


def by_swmm() -> tuple[Array, Array, plan.Plans]:
    """Rain and depth, (site, storm, step), of sites whose gauge stands on the road, and their plans."""
    kept = CACHE / f"waterlogging-plans-{SEED}-{SITES}-{STORMS}.npz"
    if not kept.exists():
        rain, depth, facts = zip(*map(_of_site, range(SITES)), strict=True)
        CACHE.mkdir(exist_ok=True)
        np.savez_compressed(kept, rain=np.stack(rain), depth=np.stack(depth), facts=np.stack(facts))
    with np.load(kept) as arrays:
        on_road = arrays["facts"][:, 3] > 0
        rain, depth, facts = (arrays[name][on_road] for name in ("rain", "depth", "facts"))
    return rain, depth, plan.plans_of(*facts.T[:3])


def _of_site(number: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng([SEED, number])
    site = random_site(rng, WIDER[number % len(WIDER)])
    return *storms_of(site, rng, STORMS, mixed_storm), _facts(site)


def _facts(site: Site) -> Array:
    hectares = sum(basin.hectares for basin in site.basins)
    return np.array([hectares, site.sump_m2 * site.sump_m, site.pump_lps * 3.6, site.gauge_zero_m])


def by_fast_model() -> tuple[Array, Array, plan.Plans]:
    """The same of the simulated city's own kind of site."""
    rng = np.random.default_rng(FAST_SEED)
    sites = random_sites(rng, FAST_SITES)
    totals = np.clip(MEDIAN_MM * np.exp(rng.normal(0, 0.6, (FAST_SITES, FAST_STORMS))), LEAST_MM, MOST_MM)
    rain = np.stack([[mixed_storm(rng, mm) for mm in row] for row in totals])
    depth = np.stack([run(sites, rain[:, number]).depth_cm for number in range(FAST_STORMS)], axis=1)
    known = plan.plans_of(sites.square_metres / 1e4, sites.sump_m2 * sites.sump_m, sites.pump_m3_per_s * 3600)
    return elsewhere(rain, rng)[:, :, :-1], np.round(depth, 1)[:, :, 1:], known


def elsewhere(rain: Array, rng: np.random.Generator) -> Array:
    """The rain as a gauge some way off has it: more or less of it, and for some sites five minutes late."""
    late = rng.random(len(rain)) < LATE_SHARE
    behind = np.concatenate([np.zeros_like(rain[:, :, :1]), rain[:, :, :-1]], axis=2)
    seen = np.where(late[:, None, None], behind, rain)
    return np.round(seen * np.exp(rng.normal(0, ELSEWHERE, (*rain.shape[:2], 1))), 1)


def watched(rain: Array, depth: Array, plans: plan.Plans) -> tuple[Array, Array]:
    """What the trees look at at every step, (site, storm, step, row), and which steps are lessons."""
    forecaster, rows = Forecaster.of(len(rain), load(SHIPPED)), list[Array]()
    for number in range(rain.shape[1]):
        forecaster.pause()
        basins = plan.empty(len(rain))
        for step in range(rain.shape[2]):
            forecaster.step(depth[:, number, step], rain[:, number, step])
            basins = plan.filled(basins, plans, rain[:, number, step])
            rows.append(plan.rows_of(forecaster.inputs, basins, plans).astype(np.float32))
    peaks = np.maximum.accumulate(depth.reshape(len(depth), -1), axis=1).reshape(depth.shape)
    wet = np.cumsum(rain, axis=2) > 0
    return np.stack(rows, axis=1).reshape(*rain.shape, -1), wet & (peaks < LINE_CM)


def train() -> tuple[Forest, Forest]:
    """The forests of both leads."""
    found = [(depth, *watched(rain, depth, plans)) for rain, depth, plans in (by_swmm(), by_fast_model())]
    return _forest(found, LEADS[0]), _forest(found, LEADS[1])


def _forest(found: list[tuple[Array, Array, Array]], steps: int) -> Forest:
    rows = np.concatenate([rows[:, :, :-steps][lessons[:, :, :-steps]] for _, rows, lessons in found])
    came = np.concatenate([(depth[:, :, steps:] >= LINE_CM)[lessons[:, :, :-steps]] for depth, _, lessons in found])
    data = lightgbm.Dataset(rows, came.astype(float), feature_name=list(plan.ROWS))
    return forest_of(lightgbm.train(SETTINGS, data, ROUNDS).dump_model()["tree_info"])


if __name__ == "__main__":
    save(SHIPPED, load(SHIPPED)._replace(planned=train()))
    print(f"{SHIPPED}: {SHIPPED.stat().st_size / 1e6:.2f} MB")
