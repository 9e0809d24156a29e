"""The words of incident watching: what is told apart, what the road is, what is learned, what is reported."""

from dataclasses import astuple, dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

CELL_M = 10.0
CELLS = 48
DAY_S = 86_400.0


class Kind(IntEnum):
    """The kinds of incident that are told apart."""

    STOPPED_VEHICLE = 1
    WRONG_WAY = 2
    SUDDEN_QUEUE = 3
    BLOCKED_LANE = 4
    DARK_DETECTOR = 5
    FROZEN_DETECTOR = 6


@dataclass(frozen=True)
class Rules:
    """How patient the watch is; the defaults come from what drivers normally do."""

    patience_s: float = 8.0  # standing with a free road ahead; a dreaming driver at green takes 3–6 s
    free_road_m: float = 16.0
    jam_gap_m: float = 15.0
    line_m: float = 9.0
    box_m: float = 24.0
    behind_s: float = 3.0
    crawl_mps: float = 2.6
    crawl_s: float = 9.0
    queue_least: float = 4.0
    queue_growth: float = 1.3
    queue_s: float = 5.0
    wrong_way_m: float = 9.0
    wrong_way_mps: float = 1.8
    box_wait_s: float = 45.0

    def as_array(self) -> FloatArray:
        """The rules in the order that the compiled part reads them."""
        return np.array(astuple(self), float)


@dataclass(frozen=True)
class Road:
    """Lanes in flat arrays: their crossing, stop line, visible end, and whether turners wait in the box."""

    crossing: IntArray
    stop_m: FloatArray
    end_m: FloatArray
    waits_in_box: BoolArray

    @classmethod
    def of(cls, crossing: ArrayLike, stop_m: ArrayLike, end_m: ArrayLike, waits_in_box: ArrayLike) -> Self:
        """A road from plain columns, refused when a stop line lies beyond what is seen."""
        road = cls(
            np.asarray(crossing, np.int64),
            np.asarray(stop_m, float),
            np.asarray(end_m, float),
            np.asarray(waits_in_box, bool),
        )
        good = (road.stop_m > 0) & (road.stop_m <= road.end_m) & (road.end_m <= CELL_M * CELLS)
        if not good.all():
            lane = int(np.argmin(good))
            raise ValueError(
                f"lane {lane}: stop line at {road.stop_m[lane]:g} m, seen to {road.end_m[lane]:g} m; "
                f"accepted: 0 < stop line ≤ end ≤ {CELL_M * CELLS:g} m"
            )
        return road

    def __len__(self) -> int:
        return len(self.crossing)


@dataclass
class Memory:
    """What the watch has learned, kept over days: patience per place, usual queues, strictness per kind."""

    patience: FloatArray  # lane × cell: factor on the patience
    usual_queue: FloatArray  # lane × (approach, exit): the longest that was normal
    strictness: FloatArray  # lane × kind: factor learned from feedback
    watched_s: FloatArray  # lane: how long the watch has looked

    @classmethod
    def fresh(cls, lanes: int) -> Self:
        """Nothing learned yet."""
        return cls(np.ones((lanes, CELLS)), np.zeros((lanes, 2)), np.ones((lanes, len(Kind) + 1)), np.zeros(lanes))

    def expect_stops(self, lane: int, place_m: float, longest_s: float, rules: Rules) -> None:
        """A place where standing is normal, such as a bus stop on the map."""
        cell = int(place_m / CELL_M)
        near = slice(max(cell - 1, 0), cell + 2)
        factor = longest_s / rules.patience_s
        self.patience[lane, near] = np.maximum(self.patience[lane, near], factor)


@dataclass(frozen=True)
class Incident:
    """One thing that is wrong: where and since when; `track` is 0 when it is not one vehicle."""

    kind: Kind
    crossing: int
    lane: int
    position_m: float
    track: int
    since_s: float
    noticed_s: float
