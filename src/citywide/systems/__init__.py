"""The systems that stand on this hub: one line each."""

from citywide.hub import System
from citywide.systems import hotline, waterlogging

SYSTEMS: tuple[System, ...] = (waterlogging.SYSTEM, hotline.SYSTEM)
