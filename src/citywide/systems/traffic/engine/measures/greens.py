"""How greens are used, and the gaps in them that a left turner could have used."""

import numpy as np

from citywide.systems.traffic.engine.measures.arrivals import Arrivals
from citywide.systems.traffic.engine.measures.columns import BIN_MS, Floats, Longs, Table, floor_bin, tally
from citywide.systems.traffic.engine.measures.detectors import Detectors
from citywide.systems.traffic.engine.measures.events import GREEN, Events
from citywide.systems.traffic.engine.measures.tables import named

GAP_EDGES_S = (1.0, 3.3, 3.7, 7.4)
QUIET_GAP_S = 60.0


def green_use(events: Events, detectors: Detectors, function: str = "Count", slot_s: int = 2) -> Table:
    """Vehicles by their time since green began, in slots of two seconds, per phase: use of the green."""
    seen = Arrivals.of(events, detectors, function)
    rows = np.flatnonzero((seen.state == GREEN) & (seen.row >= 0))
    since = seen.time_ms[rows] - seen.lights.time_ms[seen.row[rows]]
    slot, group, _, _, sizes = tally(since // (slot_s * 1000), seen.group[rows])
    greens = np.bincount(np.searchsorted(np.unique(group), _green_groups(seen, group)), minlength=1)
    share = sizes / np.maximum(greens[np.searchsorted(np.unique(group), group)], 1) if len(group) else sizes * 1.0
    return {
        "device": events.names[group >> 15],
        "phase": group & 32767,
        "since_green_s": slot * slot_s,
        "vehicles": sizes,
        "per_green": share,
    }


def left_turn_gaps(
    events: Events, detectors: Detectors, phase: int, function: str = "Count", bin_ms: int = BIN_MS
) -> Table:
    """Gaps in the opposing flow during its green, by length: what a left turner could have used."""
    time, group, gap = _gaps(Arrivals.of(events, detectors, function), phase)
    length = np.searchsorted(GAP_EDGES_S, gap, "right")
    bins, owner, (kind,), _, sizes = tally(floor_bin(time, bin_ms), group, length)
    return named(events.names, bins, owner, phase=owner & 32767, longer_than=kind, gaps=sizes)


def gap_versus_demand(  # noqa: PLR0913 - each is a setting that an engineer knows
    events: Events,
    detectors: Detectors,
    opposing: int,
    left: int,
    function: str = "Count",
    bin_ms: int = BIN_MS,
    *,
    critical_s: float = 4.5,
    follow_up_s: float = 2.5,
) -> Table:
    """Left turners that the gaps of the opposing green had room for, and those who came, by bin.

    The first one needs a critical gap and each further one a follow-up more (4.5 s and 2.5 s: HCM, permitted left).
    """
    seen = Arrivals.of(events, detectors, function)
    gap_ms, opposed, gap = _gaps(seen, opposing)
    came = np.flatnonzero(seen.group & 32767 == left)
    time = np.concatenate([gap_ms, seen.time_ms[came]])
    owner = np.concatenate([opposed, seen.group[came]]) >> 15 << 15
    bins, device, _, cell, _ = tally(floor_bin(time, bin_ms), owner)
    turners = np.where(gap >= critical_s, 1 + np.floor((gap - critical_s) / follow_up_s), 0)

    def total(of_gaps: Floats, of_turners: Floats) -> Longs:
        return np.bincount(cell, np.append(of_gaps, of_turners), len(bins)).astype(np.int64)

    room, demand = total(turners, np.zeros(len(came))), total(np.zeros(len(gap)), np.ones(len(came)))
    return named(events.names, bins, device, room=room, demand=demand)


def _gaps(seen: Arrivals, phase: int) -> tuple[Longs, Longs, Floats]:
    """Seconds between two vehicles of the same green of a phase: when the second one came, its group, the gap."""
    kept = np.flatnonzero((seen.state == GREEN) & (seen.group & 32767 == phase))
    order = kept[np.lexsort((seen.time_ms[kept], seen.group[kept]))]
    time, group, row = seen.time_ms[order], seen.group[order], seen.row[order]
    same = (group[1:] == group[:-1]) & (row[1:] == row[:-1])
    return time[1:][same], group[1:][same], (np.diff(time) / 1000)[same]


def _green_groups(seen: Arrivals, group: Longs) -> Longs:
    wanted = np.isin(seen.lights.group, group) & (seen.lights.code == GREEN)
    return seen.lights.group[wanted]
