"""Detectors gone dark: silent ones by their missing reports, blind ones by vehicles that they did not see."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from citywide.systems.traffic.engine.incidents.model import BoolArray, FloatArray, IntArray

MISSED = math.log(0.98 / 0.12)  # a blind detector misses 98 of 100, a sound one 12
SEEN = math.log(0.02 / 0.88)


@dataclass
class Detectors:
    """When each detector was last heard, and the weight of evidence that it is blind."""

    heard_s: FloatArray
    blindness: FloatArray
    dark: BoolArray

    @classmethod
    def heard(cls, count: int, now_s: float = 0.0) -> Self:
        """All in order."""
        return cls(np.full(count, now_s), np.zeros(count), np.zeros(count, bool))


def newly_dark(state: Detectors, reported: BoolArray, now_s: float, silent_s: float = 10.0) -> IntArray:
    """Detectors that have just been silent for too long; a report makes one sound again."""
    state.heard_s[reported] = now_s
    silent = now_s - state.heard_s >= silent_s
    fresh = np.flatnonzero(silent & ~state.dark)
    back = state.dark & reported & (state.blindness < 1.0)
    state.dark[fresh], state.dark[back] = True, False
    return fresh


def newly_blind(state: Detectors, detector: IntArray, hit: BoolArray, bound: float = 18.0) -> IntArray:
    """Detectors over which too many tracks have passed unseen (Wald's test, restarted at zero)."""
    np.add.at(state.blindness, detector, np.where(hit, SEEN, MISSED))
    np.maximum(state.blindness, 0.0, out=state.blindness)
    fresh = np.flatnonzero((state.blindness > bound) & ~state.dark)
    state.dark[fresh] = True
    return fresh
