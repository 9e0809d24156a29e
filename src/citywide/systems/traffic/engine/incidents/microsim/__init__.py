"""A seeded micro-simulation of lanes at signalised crossings: what radars would report, and what is true.

Every lane is a path: it enters at 0 m, meets its stop line, crosses the box and leaves at its end.
Vehicles follow the intelligent driver model; buses stop, left turners wait, drivers dream: all of it normal.
"""

from citywide.systems.traffic.engine.incidents.microsim.columns import (
    AGAINST,
    ASIDE,
    BUS,
    CRAWLING,
    NORMAL,
    SLOTS,
    STALLED,
)
from citywide.systems.traffic.engine.incidents.microsim.dice import seed_kernels
from citywide.systems.traffic.engine.incidents.microsim.lanes import Lanes, some_crossings
from citywide.systems.traffic.engine.incidents.microsim.sensors import Sightings, sight
from citywide.systems.traffic.engine.incidents.microsim.traffic import (
    STANDING_MPS,
    Traffic,
    day_load,
    no_traffic,
    step,
)

__all__ = [
    "AGAINST",
    "ASIDE",
    "BUS",
    "CRAWLING",
    "NORMAL",
    "SLOTS",
    "STALLED",
    "STANDING_MPS",
    "Lanes",
    "Sightings",
    "Traffic",
    "day_load",
    "no_traffic",
    "seed_kernels",
    "sight",
    "some_crossings",
    "step",
]
