"""The underpass: a sump below a road that widens as the water rises, its pumps, its drain and its kerb."""

import numpy as np

from citywide.systems.waterlogging.simulated.sites import PART_SECONDS, Array, Flags, Sites, Water

GRAVITY = 9.81


def gauge_cm(sites: Sites, water: Water) -> Array:
    """The depth over the road, which is what a gauge at the kerb sees."""
    return 100 * np.maximum(0.0, level_m(sites, water.stored) - sites.sump_m)


def level_m(sites: Sites, stored: Array) -> Array:
    """The level over the floor of the sump for a stored volume."""
    over = np.maximum(0.0, stored - sites.sump_m2 * sites.sump_m)
    rise = 2 * over / (sites.sump_m2 + np.sqrt(sites.sump_m2**2 + 2 * sites.road_m2_per_m * over))
    return np.where(over > 0, sites.sump_m + rise, stored / sites.sump_m2)


def sump_share(sites: Sites, water: Water) -> Array:
    """How full the sump is, from nought to one: what a station's own sensor sees, whose end is at the road."""
    return np.minimum(1.0, level_m(sites, water.stored) / sites.sump_m)


def volume_m3(sites: Sites, level: Array) -> Array:
    """The volume stored below a level, the inverse of `level_m`."""
    over = np.maximum(0.0, level - sites.sump_m)
    return sites.sump_m2 * level + sites.road_m2_per_m * over**2 / 2


def underpass(
    sites: Sites, water: Water, arrived: Array, able: Flags, by_crews: Array
) -> tuple[Array, Flags, tuple[Array, Array, Array]]:
    """What is stored after half a minute, which pumps run, and what was pumped, drained and spilled."""
    level = level_m(sites, water.stored)
    pumping = able & np.where(water.pumping, level > sites.pump_off_m, level >= sites.pump_on_m)
    stored = water.stored + arrived
    pumped = np.minimum(stored, pumping * sites.pump_m3_per_s * PART_SECONDS + by_crews)
    stored = stored - pumped
    head = np.maximum(0.0, level_m(sites, stored) - sites.sump_m)
    over_road = np.maximum(0.0, stored - sites.sump_m2 * sites.sump_m)
    drained = np.minimum(over_road, 0.62 * sites.drain_m2 * np.sqrt(2 * GRAVITY * head) * PART_SECONDS)
    spilled = np.maximum(0.0, stored - drained - volume_m3(sites, sites.kerb_m))
    return stored - drained - spilled, pumping, (pumped, drained, spilled)
