"""One crossing as the search sees it, and the desk on which the kernels write; they allocate nothing themselves."""

from typing import NamedTuple

import numpy as np

from citywide.systems.traffic.engine.control.layout import MOST_LANES, Flags, Floats, Ints, Layout
from citywide.systems.traffic.engine.control.yields import Yields


class View(NamedTuple):
    """One crossing as the search sees it: what stands, what comes, what may go and how fast."""

    queue: Floats  # lane
    coming: Floats  # lane × second
    rate: Floats  # phase × lane
    share: Floats  # phase × lane: part of the lane's traffic that the phase serves
    serves: Ints  # phase × lane: bits of the lane's movements that the phase serves
    likely: Floats  # phase × lane: the chance that the first vehicle may go
    moves: Ints  # lane: where its movements begin
    wants: Floats  # movement: the part of its lane that wants it
    front: Floats  # movement: the chance that the first vehicle wants it
    room: Floats  # phase × lane: vehicles that the exits behind the line take now
    drain: Floats  # phase × lane: vehicles/s that they take further on
    late: Floats  # phase × lane: start-up loss
    on: Floats  # lane: seconds of green so far
    weight: Floats  # lane
    lost: float
    min_green: float
    gives: Ints  # lane: where those begin whom it gives way to
    yields: Yields
    passing: Floats  # lane: vehicles that have just left it
    inside: Floats  # lane: those who stand within the crossing


class Desk(NamedTuple):
    """Room to work in: what phases can do for lanes (by cell), and one crossing's lanes while a plan is played."""

    rate: Floats
    shares: Floats
    likely: Floats
    room: Floats
    drain: Floats
    late: Floats
    wants: Floats  # movement
    front: Floats  # movement
    went: Floats  # movement: vehicles that leave a side road
    queue: Floats
    gone: Floats
    lead: Floats  # lane: the queue if its first vehicle may go
    open: Floats  # lane: the chance that it may
    began: Floats  # lane: that chance when its green began
    share: Floats  # lane: the part of its traffic that may go
    run: Floats  # lane: the part of its first vehicle that has crossed
    on: Floats
    passing: Floats  # lane: vehicles that have just left it
    inside: Floats  # lane: those who stand within the crossing
    may: Ints  # lane: bits of the movements that may go
    wanted: Flags  # phase
    nothing: Floats


def desk_for(layout: Layout) -> Desk:
    """A desk that is large enough for every crossing of a layout."""
    cells, phases = int(layout.cell_from[-1]), int(np.diff(layout.phase_from).max(initial=0))
    return Desk(
        *(np.zeros(cells) for _ in range(6)),
        *(np.zeros(layout.movements) for _ in range(3)),
        *(np.zeros(MOST_LANES) for _ in range(10)),
        may=np.zeros(MOST_LANES, np.int32),
        wanted=np.zeros(phases, np.bool_),
        nothing=np.zeros((0, 0)),
    )
