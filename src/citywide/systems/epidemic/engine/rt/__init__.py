"""The reproduction number, with its delays."""

from citywide.systems.epidemic.engine.rt.cori import cori
from citywide.systems.epidemic.engine.rt.renewal import Delays, Rt, estimate

__all__ = ["Delays", "Rt", "cori", "estimate"]
