"""Lanes to close for a whole run, so that every vehicle class still gets wherever its edges led it."""

import random
from collections.abc import Collection

from benchmarks.traffic.sumo.roads import Roads

Way = tuple[str, str, str]  # from edge, to edge, vehicle class


def ways_open(roads: Roads, closed: Collection[str]) -> set[Way]:
    """Who can get from which edge to which without a closed lane."""
    return {
        (c.start.rpartition("_")[0], c.end.rpartition("_")[0], kind)
        for c in roads.connections
        if not c.start.startswith(":") and c.start not in closed and c.end not in closed
        for kind in roads.classes[c.start] & roads.classes[c.end]
    }


def lanes_to_close(roads: Roads, count: int, seed: int) -> list[str]:
    """Lanes drawn by the seed, at most one of an edge, each of which takes no way from anyone."""
    lanes = sorted({lane for c in roads.connections if not (lane := c.start).startswith(":")})
    everyone = ways_open(roads, ())
    closed: list[str] = []
    for lane in random.Random(seed).sample(lanes, len(lanes)):
        beside = any(lane.rpartition("_")[0] == other.rpartition("_")[0] for other in closed)
        if len(closed) < count and not beside and roads.classes[lane] and ways_open(roads, {*closed, lane}) == everyone:
            closed.append(lane)
    return closed
