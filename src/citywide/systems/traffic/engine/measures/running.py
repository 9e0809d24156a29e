"""Who drives over the line on red, told apart from who comes to a stand on the detector before it."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Flags, Longs, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.detectors import Detectors, detections, phase_events
from citywide.systems.traffic.engine.measures.events import DETECTOR_OFF, DETECTOR_ON, GREEN, RED, YELLOW, Events
from citywide.systems.traffic.engine.measures.lights import Lights
from citywide.systems.traffic.engine.measures.tables import named

PASSES_MS = 2000  # a vehicle that stands holds the detector for longer


def red_running(events: Events, detectors: Detectors, bin_ms: int = BIN_MS) -> Table:
    """Vehicles per phase and bin that come upon the stop-line detector in red and have left it within two seconds."""
    hits, phases = detections(events, detectors, "Yellow_Red", DETECTOR_OFF, DETECTOR_ON)
    _, served = detectors.serving("Yellow_Red", events.names)
    lights = Lights.of(phase_events(events, served, GREEN, YELLOW, RED))
    on = np.flatnonzero(_passes(hits, phases))
    came, left = (lights.at(phases[on], hits.time_ms[rows]) for rows in (on, on + 1))
    ran = (came >= 0) & (came == left)
    ran[ran] &= (lights.state[came[ran]] == RED) & (hits.time_ms[on[ran]] > lights.time_ms[came[ran]])
    bins, group, _, _, sizes = tally(floor_bin(hits.time_ms[on[ran]], bin_ms), phases[on[ran]])
    return named(events.names, bins, group, phase=group & 32767, count=sizes)


def _passes(hits: Events, phases: Longs) -> Flags:
    """Hits whose detector is left soon after."""
    if len(hits) < 2:
        return np.zeros(len(hits), np.bool_)
    same = (np.diff(hits.group) == 0) & (np.diff(phases) == 0)
    pair = (hits.code[:-1] == DETECTOR_ON) & (hits.code[1:] == DETECTOR_OFF)
    return np.append(same & pair & (np.diff(hits.time_ms) <= PASSES_MS), False)
