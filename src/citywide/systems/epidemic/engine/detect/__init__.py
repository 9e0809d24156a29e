"""Outbreak detection in thousands of series of counts."""

from citywide.systems.epidemic.engine.detect.alarms import Alarm, Watch, explain, explain_all, watch
from citywide.systems.epidemic.engine.detect.neighbours import Neighbourhoods, neighbourhoods
from citywide.systems.epidemic.engine.detect.screen import Screened, SetAside, screen, tabulate, weeks_ending

__all__ = [
    "Alarm",
    "Neighbourhoods",
    "Screened",
    "SetAside",
    "Watch",
    "explain",
    "explain_all",
    "neighbourhoods",
    "screen",
    "tabulate",
    "watch",
    "weeks_ending",
]
