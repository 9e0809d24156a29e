"""The systems that stand on this hub: one line each."""

from citywide.hub import System
from citywide.systems import genomics, traffic, waterlogging

SYSTEMS: tuple[System, ...] = (
    waterlogging.SYSTEM,
    traffic.SYSTEM,
    genomics.SYSTEM,
)
