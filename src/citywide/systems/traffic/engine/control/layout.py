"""Every crossing's lanes, movements and phases as flat arrays, so that one kernel serves a whole city."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.systems.traffic.engine.control.yields import Yield, Yields, flat

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RED, PERMISSIVE, PROTECTED = 0, 1, 2
MOST_LANES = 64  # the kernel's scratch of one crossing


@dataclass(frozen=True)
class Movement:
    """One way from a lane over the stop line into an exit; `exit` counts through all exits of the city."""

    exit: int = -1


@dataclass(frozen=True)
class Lane:
    """A lane that ends at a stop line, with its movements and its free speed; a side road's has no light but yields."""

    movements: tuple[Movement, ...]
    speed_m_s: float = 13.9
    yields: tuple[Yield, ...] = ()


@dataclass(frozen=True)
class Crossing:
    """One signal: its lanes, side roads last, and per phase what every movement (in lane order) is shown."""

    lanes: tuple[Lane, ...]
    phases: tuple[tuple[int, ...], ...]
    lost_s: float = 3.0
    min_green_s: float = 5.0


@dataclass(frozen=True)
class Feed:
    """Where a sighting lane leads: one reaches `lane` after `further_m` more than the own distance."""

    sighting: int
    lane: int
    share: float
    further_m: float


@dataclass(frozen=True)
class Link:
    """What crosses by `movement` comes to the stop line of `lane` after `seconds`."""

    movement: int
    lane: int
    share: float
    seconds: float


@dataclass(frozen=True)
class Layout:
    """The city's crossings flat: `x_from[c]` is where crossing c's rows of x begin."""

    lane_from: Ints
    phase_from: Ints
    cell_from: Ints
    green_from: Ints
    move_from: Ints
    move_lane: Ints
    move_exit: Ints
    green: Bytes
    crossing_of_lane: Ints
    speed: Floats
    lost: Floats
    min_green: Floats
    yields: Yields
    exits: int = 0
    feeds: tuple[Feed, ...] = field(default=())
    links: tuple[Link, ...] = field(default=())

    @property
    def crossings(self) -> int:
        """How many crossings there are."""
        return len(self.lane_from) - 1

    @property
    def lanes(self) -> int:
        """How many lanes end at a stop line."""
        return len(self.speed)

    @property
    def movements(self) -> int:
        """How many movements there are."""
        return len(self.move_lane)


class Ground(NamedTuple):
    """The layout as the kernel reads it."""

    lane_from: Ints
    phase_from: Ints
    cell_from: Ints
    move_from: Ints
    move_lane: Ints
    move_exit: Ints
    speed: Floats
    lost: Floats
    min_green: Floats
    weight: Floats
    sight_m: float
    yields: Yields


def lay_out(
    crossings: Sequence[Crossing],
    feeds: Sequence[Feed] = (),
    links: Sequence[Link] = (),
    exits: int = 0,
) -> Layout:
    """Flatten described crossings; refuses what no crossing can be, by its number."""
    for at, crossing in enumerate(crossings):
        _check(at, crossing)
    lanes = [lane for crossing in crossings for lane in crossing.lanes]
    ways = [len(lane.movements) for lane in lanes]
    return Layout(
        phase_from=_starts([len(c.phases) for c in crossings]),
        cell_from=_starts([len(c.phases) * len(c.lanes) for c in crossings]),
        green_from=_starts([len(c.phases) * _width(c) for c in crossings]),
        move_from=_starts(ways),
        move_lane=_owners(ways),
        move_exit=np.array([move.exit for lane in lanes for move in lane.movements], np.int32),
        green=np.array([light for c in crossings for phase in c.phases for light in _shown(c, phase)], np.int8),
        lane_from=_starts([len(c.lanes) for c in crossings]),
        crossing_of_lane=_owners([len(c.lanes) for c in crossings]),
        speed=np.array([lane.speed_m_s for lane in lanes], np.float64),
        lost=np.array([c.lost_s for c in crossings], np.float64),
        min_green=np.array([c.min_green_s for c in crossings], np.float64),
        yields=flat([lane.yields for lane in lanes]),
        exits=exits,
        feeds=tuple(feeds),
        links=tuple(links),
    )


def _check(at: int, crossing: Crossing) -> None:
    width = _width(crossing)
    if len(crossing.lanes) > MOST_LANES:
        raise ValueError(f"crossing {at} has {len(crossing.lanes)} lanes; accepted: at most {MOST_LANES}")
    if not crossing.phases or not width:
        raise ValueError(f"crossing {at} has no phases or no movements")
    lit = sum(len(lane.movements) for lane in crossing.lanes if not lane.yields)
    if any(len(phase) != lit for phase in crossing.phases):
        raise ValueError(f"crossing {at}: every phase must show {lit} movements")
    if any(one.yields and not two.yields for one, two in itertools.pairwise(crossing.lanes)):
        raise ValueError(f"crossing {at}: side roads come after the lanes that have a light")
    if any(light not in (RED, PERMISSIVE, PROTECTED) for phase in crossing.phases for light in phase):
        raise ValueError(f"crossing {at}: a light is 0 (red), 1 (permissive) or 2 (protected)")


def _shown(crossing: Crossing, phase: tuple[int, ...]) -> tuple[int, ...]:
    """What all lanes are shown: a side road may go by whatever phase, giving way."""
    return (*phase, *[PERMISSIVE] * (_width(crossing) - len(phase)))


def _width(crossing: Crossing) -> int:
    return sum(len(lane.movements) for lane in crossing.lanes)


def _starts(sizes: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _owners(sizes: Sequence[int]) -> Ints:
    return np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
