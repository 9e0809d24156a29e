"""Cycles of a phase: how many, and what of them was green, yellow and red."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Table, floor_bin, runs, tally
from citywide.systems.traffic.engine.measures.events import GREEN, RED, YELLOW, Events
from citywide.systems.traffic.engine.measures.lights import Lights, cycle_times
from citywide.systems.traffic.engine.measures.tables import named


def phase_cycles(events: Events, bin_ms: int = BIN_MS) -> Table:
    """Whole cycles (green to the next green) by the bin of their begin, and their seconds of each colour."""
    lights = Lights.of(events.only(GREEN, YELLOW, RED))
    first = runs(lights.group, lights.cycle)
    times = [column[first] for column in cycle_times(lights)]
    whole = times[-1] >= 0
    green, yellow, red, end = (column[whole] for column in times)
    bins, group, _, cell, sizes = tally(floor_bin(green, bin_ms), lights.group[first][whole])
    parts = {"green_s": yellow - green, "yellow_s": red - yellow, "red_s": end - red}
    seconds = {name: np.bincount(cell, part, len(bins)) / 1000 for name, part in parts.items()}
    return named(events.names, bins, group, phase=group & 32767, cycles=sizes, **seconds)
