"""Teach the model what pumping stations say: `python -m benchmarks.waterlogging.train_stations` (15 minutes, one core).

Roads that nobody chose because they flood, of the simulated city's own kind, whose stations tell their sump and pumps
each minute: to a hundredth or so, not always heard, and some with pumps that do not run. Downpours and all other
storms, small and large; the rain is measured elsewhere. The lesson is a third of the wet minutes before each road was
first under water. Seeds are of no city.
"""

from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging.train import COMMON, mixed_storm
from benchmarks.waterlogging.train_plans import elsewhere
from citywide.systems.waterlogging.engine import plan, station
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.model import SHIPPED, load, save
from citywide.systems.waterlogging.engine.refit import LINE_CM
from citywide.systems.waterlogging.engine.storms import sudden_storm
from citywide.systems.waterlogging.engine.trees import Forest, forest_of
from citywide.systems.waterlogging.simulated.hydraulics import rained, still
from citywide.systems.waterlogging.simulated.sites import Sites, random_sites
from citywide.systems.waterlogging.simulated.underpass import gauge_cm, sump_share

Array = NDArray[Any]

SEEDS, SITES, STORMS, STEPS, SLOT = (9003, 9004), 2400, 2, 96, 5
DOWNPOURS, MEDIAN_MM, SPREAD, LEAST_MM, MOST_MM = 0.6, 15, 0.7, 2, 140
NOISE, UNHEARD, BROKEN = 0.01, 0.02, 0.05
LEAD_MINUTES, TOLD_AFTER, SHARE = 60, 1, 0.35
SETTINGS = {**COMMON, "objective": "binary", "learning_rate": 0.03, "num_leaves": 24, "feature_fraction": 0.7}
ROUNDS = 400


class Storms(NamedTuple):
    """One storm over every site: rain as measured, by the slot; what stations and gauges said, by the minute."""

    rain: Array
    said: station.Said


def storm_over(sites: Sites, rng: np.random.Generator) -> Storms:
    """Play one storm over each site, minute by minute."""
    falling = np.stack([_rain(rng) for _ in sites.paved])
    by_minute = np.stack([np.interp(np.arange(STEPS * SLOT) / SLOT - 0.3, np.arange(STEPS), row) for row in falling])
    working, water, seen = rng.random(len(falling)) >= BROKEN, still(sites), list[Array]()
    for mm in by_minute.T:
        water, _ = rained(sites, water, mm / SLOT, working, parts=2)
        seen.append(np.stack([sump_share(sites, water), water.pumping, gauge_cm(sites, water)]))
    level, running, depth = np.stack(seen, axis=2)
    heard = rng.random(level.shape) >= UNHEARD
    level = np.round(np.clip(level + rng.normal(0, NOISE, level.shape), 0, 1), 2)
    said = station.Said(np.where(heard, level, np.nan), np.where(heard, running, np.nan), np.round(depth, 1))
    return Storms(elsewhere(falling[:, None], rng)[:, 0], said)


def _rain(rng: np.random.Generator) -> Array:
    total = float(np.clip(MEDIAN_MM * np.exp(rng.normal(0, SPREAD)), LEAST_MM, MOST_MM))
    return (sudden_storm if rng.random() < DOWNPOURS else mixed_storm)(rng, total_mm=total)


def lessons(seed: int) -> tuple[Array, Array]:
    """What the trees look at, and whether the road was under water within the hour."""
    rng = np.random.default_rng(seed)
    sites = random_sites(rng, SITES)
    plans = plan.plans_of(sites.square_metres / 1e4, sites.sump_m2 * sites.sump_m, sites.pump_m3_per_s * 3600)
    forecaster, found = Forecaster.of(SITES, load(SHIPPED), plans), list[tuple[Array, Array]]()
    for _ in range(STORMS):
        forecaster.pause()
        found += _watched(forecaster, storm_over(sites, rng), rng)
    rows, came = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(came)


def _watched(forecaster: Forecaster, storm: Storms, rng: np.random.Generator) -> list[tuple[Array, Array]]:
    found, before = list[tuple[Array, Array]](), station.MINUTES
    record = station.Said(*(np.concatenate([np.repeat(each[:, :1], before, 1), each], axis=1) for each in storm.said))
    peaks = np.maximum.accumulate(storm.said.depth, axis=1)
    for slot in range(STEPS - LEAD_MINUTES // SLOT - 1):
        forecaster.step(storm.said.depth[:, SLOT * slot + SLOT - 1], storm.rain[:, slot])
        for minute in range(SLOT * (slot + 1), SLOT * (slot + 2)):  # so many minutes have passed
            dry = forecaster.unproven & (peaks[:, minute - 1] < LINE_CM)
            site = np.flatnonzero(dry & (rng.random(len(dry)) < SHARE))
            said = station.Said(*(each[site, minute : minute + before] for each in record))
            basins = plan.Basins(*(each[site] for each in forecaster.basins))
            plans = plan.Plans(*(each[site] for each in forecaster.plans))
            rows = station.rows_of(said, forecaster.inputs[site], basins, plans)
            ahead = storm.said.depth[site, minute + TOLD_AFTER : minute + TOLD_AFTER + LEAD_MINUTES]
            found.append((rows.astype(np.float32), ahead.max(axis=1) >= LINE_CM))
    return found


def train() -> Forest:
    """The forest of the hour."""
    rows, came = (np.concatenate(column) for column in zip(*map(lessons, SEEDS), strict=True))
    return forest_of(
        lightgbm.train(SETTINGS, lightgbm.Dataset(rows, came.astype(float)), ROUNDS).dump_model()["tree_info"]
    )


if __name__ == "__main__":
    save(SHIPPED, load(SHIPPED)._replace(stationed=train()))
    print(f"{SHIPPED}: {SHIPPED.stat().st_size / 1e6:.2f} MB")
