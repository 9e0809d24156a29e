"""Catchment, underpass, sump and pumps: a small fast model of many sites at once, for the simulated city.

Rain wets the ground, soaks in, and runs off through two linear reservoirs into a pipe. What the pipe cannot
take comes down the road a while later. The underpass is a sump below a road that widens as the water rises;
pumps switch on and off at their own levels, and water above the kerb spills away. No volume is lost.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEP_SECONDS = 300.0
PARTS = 10
GRAVITY = 9.81


class Sites(NamedTuple):
    """What each site is made of, one value a site."""

    square_metres: Array
    paved: Array
    minutes_to_run: Array
    wetting_mm: Array
    soaking_mm_per_h: Array
    pipe_mm_per_h: Array
    sump_m2: Array
    sump_m: Array
    road_m2_per_m: Array
    kerb_m: Array
    pump_on_m: Array
    pump_off_m: Array
    pump_m3_per_s: Array
    drain_m2: Array


class Water(NamedTuple):
    """Where the water is, in cubic metres unless named otherwise, and whether the pumps run."""

    wetted_mm: Array
    upper: Array
    lower: Array
    road: Array
    stored: Array
    pumping: Flags


class Flows(NamedTuple):
    """What went where within five minutes, in cubic metres a site."""

    rained: Array
    soaked: Array
    arrived: Array
    pumped: Array
    drained: Array
    spilled: Array


class Truth(NamedTuple):
    """The course of many sites: arrays of (site, step)."""

    depth_cm: Array
    flows: Flows
    pumping: Flags


def random_sites(rng: np.random.Generator, count: int) -> Sites:
    """Underpasses as a city has them: no two alike."""
    square_metres = _between(rng, 4e3, 1.5e5, count)
    storage = square_metres / 1000 * _between(rng, 3, 30, count)
    sump_m = rng.uniform(0.3, 1.5, count)
    on = sump_m * rng.uniform(0.4, 1.0, count)
    return Sites(
        square_metres=square_metres,
        paved=rng.uniform(0.35, 0.95, count),
        minutes_to_run=_between(rng, 4, 30, count),
        wetting_mm=rng.uniform(0.5, 3.0, count),
        soaking_mm_per_h=rng.uniform(3, 30, count),
        pipe_mm_per_h=_between(rng, 20, 120, count),
        sump_m2=storage * rng.uniform(0.03, 0.2, count) / sump_m,
        sump_m=sump_m,
        road_m2_per_m=2 * storage,
        kerb_m=sump_m + rng.uniform(1.0, 2.5, count),
        pump_on_m=on,
        pump_off_m=on * rng.uniform(0.1, 0.7, count),
        pump_m3_per_s=square_metres / 3.6e6 * _between(rng, 2, 25, count),
        drain_m2=np.where(rng.random(count) < 0.3, rng.uniform(0.01, 0.08, count), 0.0),
    )


def still(sites: Sites) -> Water:
    """Every site dry, after a week of sun."""
    zero = np.zeros_like(sites.square_metres)
    return Water(zero, zero, zero, zero, zero, np.zeros(len(zero), dtype=bool))


def rained(
    sites: Sites,
    water: Water,
    rain_mm: Array,
    working: Flags | None = None,
    extra_m3_per_s: Array | float = 0.0,
    parts: int = PARTS,
) -> tuple[Water, Flows]:
    """Five minutes of rain (mm in those five minutes), or fewer parts of half a minute each.

    `working` says whose pumps can run; `extra_m3_per_s` is what crews pump out besides.
    """
    able = np.ones(len(rain_mm), dtype=bool) if working is None else working
    flows = Flows(*(np.zeros(len(rain_mm)) for _ in Flows._fields))
    for _ in range(parts):
        water, part = _part(sites, water, rain_mm / parts, able, np.asarray(extra_m3_per_s))
        flows = Flows(*(total + more for total, more in zip(flows, part, strict=True)))
    return water, flows


def run(sites: Sites, rain_mm: Array, working: Flags | None = None) -> Truth:
    """Play whole storms, (site, step), from dry ground."""
    water, depths, flows, pumping = still(sites), list[Array](), list[Flows](), list[Flags]()
    for step in range(rain_mm.shape[1]):
        depths.append(gauge_cm(sites, water))
        pumping.append(water.pumping)
        water, flow = rained(sites, water, rain_mm[:, step], None if working is None else working[:, step])
        flows.append(flow)
    stacked = Flows(*(np.stack(column, axis=1) for column in zip(*flows, strict=True)))
    return Truth(np.stack(depths, axis=1), stacked, np.stack(pumping, axis=1))


def gauge_cm(sites: Sites, water: Water) -> Array:
    """The depth over the road, which is what a gauge at the kerb sees."""
    return 100 * np.maximum(0.0, level_m(sites, water.stored) - sites.sump_m)


def level_m(sites: Sites, stored: Array) -> Array:
    """The level over the floor of the sump for a stored volume."""
    over = np.maximum(0.0, stored - sites.sump_m2 * sites.sump_m)
    rise = 2 * over / (sites.sump_m2 + np.sqrt(sites.sump_m2**2 + 2 * sites.road_m2_per_m * over))
    return np.where(over > 0, sites.sump_m + rise, stored / sites.sump_m2)


def volume_m3(sites: Sites, level: Array) -> Array:
    """The volume stored below a level, the inverse of `level_m`."""
    over = np.maximum(0.0, level - sites.sump_m)
    return sites.sump_m2 * level + sites.road_m2_per_m * over**2 / 2


def _part(sites: Sites, water: Water, mm: Array, able: Flags, extra: Array) -> tuple[Water, Flows]:
    seconds = STEP_SECONDS / PARTS
    run_off, soaked, wetted = _ground(sites, water.wetted_mm, mm, seconds)
    keep = np.exp(-seconds / (sites.minutes_to_run * 30))
    upper, to_lower = _reservoir(water.upper, run_off, keep)
    lower, arriving = _reservoir(water.lower, to_lower, keep)
    by_pipe = np.minimum(arriving, sites.pipe_mm_per_h * sites.square_metres / 3.6e6 * seconds)
    road, by_road = _reservoir(water.road, arriving - by_pipe, np.exp(-seconds / 900))
    arrived = by_pipe + by_road
    stored, pumping, gone = _underpass(sites, water, arrived, able, extra * seconds)
    flows = Flows(mm * sites.square_metres / 1000, soaked, arrived, *gone)
    return Water(wetted, upper, lower, road, stored, pumping), flows


def _ground(sites: Sites, wetted: Array, mm: Array, seconds: float) -> tuple[Array, Array, Array]:
    """Wetting first; then the paved part runs off, the rest soaks in as fast as it can."""
    held = np.minimum(mm, sites.wetting_mm - wetted)
    left = mm - held
    soaking = np.minimum(left, sites.soaking_mm_per_h * seconds / 3600)
    effective = sites.paved * left + (1 - sites.paved) * (left - soaking)
    drying = np.where(mm > 0, 0.0, np.minimum(wetted, 0.3 * seconds / 3600))
    area = sites.square_metres / 1000
    return effective * area, (mm - effective) * area, wetted + held - drying


def _reservoir(held: Array, entering: Array, keep: Array | float) -> tuple[Array, Array]:
    left = (held + entering) * keep
    return left, held + entering - left


def _underpass(
    sites: Sites, water: Water, arrived: Array, able: Flags, by_crews: Array
) -> tuple[Array, Flags, tuple[Array, Array, Array]]:
    seconds = STEP_SECONDS / PARTS
    level = level_m(sites, water.stored)
    pumping = able & np.where(water.pumping, level > sites.pump_off_m, level >= sites.pump_on_m)
    stored = water.stored + arrived
    pumped = np.minimum(stored, pumping * sites.pump_m3_per_s * seconds + by_crews)
    stored = stored - pumped
    head = np.maximum(0.0, level_m(sites, stored) - sites.sump_m)
    over_road = np.maximum(0.0, stored - sites.sump_m2 * sites.sump_m)
    drained = np.minimum(over_road, 0.62 * sites.drain_m2 * np.sqrt(2 * GRAVITY * head) * seconds)
    spilled = np.maximum(0.0, stored - drained - volume_m3(sites, sites.kerb_m))
    return stored - drained - spilled, pumping, (pumped, drained, spilled)


def _between(rng: np.random.Generator, low: float, high: float, count: int) -> Array:
    return np.exp(rng.uniform(np.log(low), np.log(high), count))
