"""Signal controllers over NTCIP 1202 (SNMP v1 and v2c), with vendor profiles."""

from citywide.systems.traffic.interfaces.ntcip.agent import Agent, AgentServer
from citywide.systems.traffic.interfaces.ntcip.controller import Controller
from citywide.systems.traffic.interfaces.ntcip.lights import ControllerError, Lights, PhaseTimes
from citywide.systems.traffic.interfaces.ntcip.profiles import PROFILES, Profile, profile_of
from citywide.systems.traffic.interfaces.ntcip.wire import UdpWire, Wire

__all__ = [
    "PROFILES",
    "Agent",
    "AgentServer",
    "Controller",
    "ControllerError",
    "Lights",
    "PhaseTimes",
    "Profile",
    "UdpWire",
    "Wire",
    "profile_of",
]
