"""How phases end: gap-out, max-out, force-off."""

import numpy as np

from citywide.systems.traffic.engine.measures.columns import BIN_MS, Table, floor_bin, runs, tally
from citywide.systems.traffic.engine.measures.events import Events
from citywide.systems.traffic.engine.measures.tables import named

TERMINATIONS = {4: "GapOut", 5: "MaxOut", 6: "ForceOff"}


def terminations(events: Events, bin_ms: int = BIN_MS) -> Table:
    """How often each phase ended by gap-out, max-out or force-off."""
    ended = events.only(*TERMINATIONS)
    bins, group, (code,), _, sizes = tally(floor_bin(ended.time_ms, bin_ms), ended.group, ended.code)
    reason = np.array([TERMINATIONS[number] for number in code.tolist()], dtype="U8")
    return named(events.names, bins, group, phase=group & 32767, reason=reason, total=sizes)


def consecutive_max_outs(events: Events, least: int = 5) -> Table:
    """Watchdog: runs of at least `least` max-outs in a row on one phase, with when each began."""
    ended = events.only(*TERMINATIONS)
    first = runs(ended.group, ended.code)
    sizes = np.diff(first, append=len(ended))
    first, sizes = first[sizes >= least], sizes[sizes >= least]
    stuck = ended.code[first] == 5
    first, sizes = first[stuck], sizes[stuck]
    group = ended.group[first]
    return named(events.names, ended.time_ms[first], group, phase=group & 32767, in_a_row=sizes)
