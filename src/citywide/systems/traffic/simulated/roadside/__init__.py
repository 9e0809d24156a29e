"""What stands at the roadside: devices that sense, a box that times the lights, a watch, and what they all say."""

from citywide.systems.traffic.simulated.roadside.box import Box
from citywide.systems.traffic.simulated.roadside.sensing import Sensed, Sensors
from citywide.systems.traffic.simulated.roadside.telling import CONNECTED, GREEN_LIGHT, Shown, Teller
from citywide.systems.traffic.simulated.roadside.walks import Walks
from citywide.systems.traffic.simulated.roadside.watching import Watcher

__all__ = ["CONNECTED", "GREEN_LIGHT", "Box", "Sensed", "Sensors", "Shown", "Teller", "Walks", "Watcher"]
