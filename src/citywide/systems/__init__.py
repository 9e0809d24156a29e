"""The systems that stand on this hub: one line each."""

from citywide.hub import System
from citywide.systems import epidemic, genomics, hotline, traffic, waterlogging

SYSTEMS: tuple[System, ...] = (
    waterlogging.SYSTEM,
    traffic.SYSTEM,
    hotline.SYSTEM,
    epidemic.SYSTEM,
    genomics.SYSTEM,
)
