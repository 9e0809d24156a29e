"""What stands at the roadside: devices that sense, a box that times the lights, a watch, and what they all say."""

from citywide.systems.traffic.simulated.roadside.box import Box
from citywide.systems.traffic.simulated.roadside.sensing import Sensed, Sensors
from citywide.systems.traffic.simulated.roadside.telling import CONNECTED, Teller
from citywide.systems.traffic.simulated.roadside.walks import Walks
from citywide.systems.traffic.simulated.roadside.watching import Watcher

__all__ = ["CONNECTED", "Box", "Sensed", "Sensors", "Teller", "Walks", "Watcher"]
