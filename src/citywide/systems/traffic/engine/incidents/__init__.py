"""Incidents at crossings, from tracks and lights, told apart: usable alone, for any number of lanes."""

from citywide.systems.traffic.engine.incidents.detectors import Detectors, newly_blind, newly_dark
from citywide.systems.traffic.engine.incidents.model import Incident, Kind, Memory, Road, Rules
from citywide.systems.traffic.engine.incidents.watch import Watch, dark_incidents

__all__ = [
    "Detectors",
    "Incident",
    "Kind",
    "Memory",
    "Road",
    "Rules",
    "Watch",
    "dark_incidents",
    "newly_blind",
    "newly_dark",
]
