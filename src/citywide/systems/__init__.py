"""The systems that stand on this hub: one line each."""

from citywide.hub import System
from citywide.systems import genomics, waterlogging

SYSTEMS: tuple[System, ...] = (genomics.SYSTEM, waterlogging.SYSTEM)
