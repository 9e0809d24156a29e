"""Streets: a bent lattice cut by water and ridges, joined by bridges, riversides and a ring."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from citywide.demo.land.edges import knots, ring_road, riversides
from citywide.demo.land.lattice import bent_lattice, local_streets, main_roads
from citywide.demo.land.pieces import Array, Ground, Ints, Pieces, gather
from citywide.demo.land.relief import Relief

KM_PER_H = np.array([24.0, 34, 44, 58, 80, 50, 60])


class Streets(NamedTuple):
    """Crossings in metres, streets as pairs of crossings with a class, and the lines they belong to."""

    xy: Array
    start: Ints
    end: Ints
    kind: Ints
    line: Ints
    lattice: Ints

    def seconds(self) -> Array:
        """How long each street takes at its class's speed."""
        length = np.hypot(*(self.xy[self.end] - self.xy[self.start]).T)
        return length / (KM_PER_H[self.kind] / 3.6)


def make_streets(rng: np.random.Generator, relief: Relief) -> Streets:
    """All streets of a city, connected."""
    spacing = float(np.clip(relief.reach / 34, 150, 420))
    lattice = bent_lattice(rng, relief, spacing)
    side, flat = lattice.shape[0], lattice.reshape(-1, 2)
    place = Ground(flat, relief.bank_m(flat), relief.built(flat), relief.steep(flat))
    pieces = [local_streets(rng, side, place, relief), main_roads(side, place, relief)]
    xy, riverside = riversides(flat, relief, spacing)
    xy, ring = ring_road(rng, xy, relief, spacing)
    joined = gather([*pieces, *riverside, ring, knots(xy, len(flat), place, relief, spacing)])
    return _connected(xy, joined, side)


def _connected(xy: Array, pieces: Pieces, side: int) -> Streets:
    """The one network that everybody can reach; what lies apart is left out."""
    size = len(xy)
    graph = coo_array((np.ones(len(pieces.start)), (pieces.start, pieces.end)), shape=(size, size))
    _, belongs = connected_components(graph, directed=False)
    keep = belongs[pieces.start] == np.bincount(belongs).argmax()
    pieces = Pieces(*(column[keep] for column in pieces))
    used = np.unique(np.concatenate([pieces.start, pieces.end]))
    number = np.full(size, -1)
    number[used] = np.arange(len(used))
    lattice = number[: side * side].reshape(side, side)
    return Streets(xy[used], number[pieces.start], number[pieces.end], pieces.kind, pieces.line, lattice)


def chains(streets: Streets) -> Iterator[tuple[Ints, int, int]]:
    """Streets joined end to end: the crossings of each chain, its class, its line."""
    order = np.lexsort((np.arange(len(streets.line)), streets.line))
    start, end = streets.start[order], streets.end[order]
    kind, line = streets.kind[order], streets.line[order]
    breaks = (start[1:] != end[:-1]) | (kind[1:] != kind[:-1]) | (line[1:] != line[:-1])
    for run in np.split(np.arange(len(order)), np.flatnonzero(breaks) + 1):
        if len(run):
            yield np.append(start[run], end[run[-1]]), int(kind[run[0]]), int(line[run[0]])
