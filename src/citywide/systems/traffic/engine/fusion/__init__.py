"""Fusion of radar tracks, video counts and loops into one picture per lane and second."""

from citywide.systems.traffic.engine.fusion.fusion import Fusion, no_readings
from citywide.systems.traffic.engine.fusion.model import Lanes, Readings, Refusal, View

__all__ = ["Fusion", "Lanes", "Readings", "Refusal", "View", "no_readings"]
