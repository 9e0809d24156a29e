"""The systems that stand on this hub: one line each."""

from citywide.hub import System
from citywide.systems import waterlogging

SYSTEMS: tuple[System, ...] = (waterlogging.SYSTEM,)
