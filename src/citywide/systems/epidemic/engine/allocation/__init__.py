"""Beds, vaccines and tests under uncertain need."""

from citywide.systems.epidemic.engine.allocation.plan import Need, Stock, known, plan, proportional, unmet

__all__ = ["Need", "Stock", "known", "plan", "proportional", "unmet"]
