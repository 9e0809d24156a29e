"""Catchment, underpass, sump and pumps: a small fast model of many sites at once, for the simulated city.

Rain wets the ground, soaks in, and runs off through two linear reservoirs into a pipe. What the pipe cannot
take comes down the road a while later. The underpass is a sump below a road that widens as the water rises;
pumps switch on and off at their own levels, and water above the kerb spills away. No volume is lost.
"""

from typing import NamedTuple

import numpy as np

from citywide.systems.waterlogging.simulated.sites import PART_SECONDS, Array, Flags, Sites, Water
from citywide.systems.waterlogging.simulated.underpass import gauge_cm, underpass

PARTS = 10


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
        water, more = _part(sites, water, rain_mm / parts, able, np.asarray(extra_m3_per_s))
        flows = Flows(*(total + each for total, each in zip(flows, more, strict=True)))
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


def _part(sites: Sites, water: Water, mm: Array, able: Flags, extra: Array) -> tuple[Water, Flows]:
    run_off, soaked, wetted = _ground(sites, water.wetted_mm, mm, PART_SECONDS)
    keep = np.exp(-PART_SECONDS / (sites.minutes_to_run * 30))
    upper, to_lower = _reservoir(water.upper, run_off, keep)
    lower, arriving = _reservoir(water.lower, to_lower, keep)
    by_pipe = np.minimum(arriving, sites.pipe_mm_per_h * sites.square_metres / 3.6e6 * PART_SECONDS)
    road, by_road = _reservoir(water.road, arriving - by_pipe, np.exp(-PART_SECONDS / 900))
    arrived = by_pipe + by_road
    stored, pumping, gone = underpass(sites, water, arrived, able, extra * PART_SECONDS)
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
