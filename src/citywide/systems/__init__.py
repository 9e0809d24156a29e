"""The systems that stand on this hub: one line each."""

from citywide.hub import System
from citywide.systems import epidemic, waterlogging

SYSTEMS: tuple[System, ...] = (epidemic.SYSTEM, waterlogging.SYSTEM)
