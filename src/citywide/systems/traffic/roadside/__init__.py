"""What stands at the roadside: devices that sense, a box that times the lights, a watch, and what they all say."""

from citywide.systems.traffic.roadside.box import Box
from citywide.systems.traffic.roadside.sensing import Sensed, Sensors
from citywide.systems.traffic.roadside.telling import CONNECTED, Teller
from citywide.systems.traffic.roadside.watching import Watcher

__all__ = ["CONNECTED", "Box", "Sensed", "Sensors", "Teller", "Watcher"]
