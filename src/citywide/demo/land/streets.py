"""Streets: a bent lattice cut by water and ridges, joined by bridges, riversides and a ring."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from citywide.demo.land.relief import EDGE, Relief, River

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
CLASSES = ("residential", "secondary", "primary", "trunk", "motorway", "bridge", "tunnel")
LOCAL, SECONDARY, PRIMARY, TRUNK, MOTORWAY, BRIDGE, TUNNEL = range(7)
KM_PER_H = np.array([24.0, 34, 44, 58, 80, 50, 60])
MAJOR_EVERY, TRUNK_EVERY = 6, 18


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


class Pieces(NamedTuple):
    """Streets that are being gathered."""

    start: Ints
    end: Ints
    kind: Ints
    line: Ints


def make_streets(rng: np.random.Generator, relief: Relief) -> Streets:
    """All streets of a city, connected."""
    spacing = float(np.clip(relief.reach / 34, 150, 420))
    lattice = _lattice(rng, relief, spacing)
    side, flat = lattice.shape[0], lattice.reshape(-1, 2)
    place = _Ground(flat, relief.bank_m(flat), relief.built(flat), relief.steep(flat))
    pieces = [_locals(rng, side, place, relief), _majors(side, place, relief)]
    xy, riverside = _riversides(flat, relief, spacing)
    xy, ring = _ring(rng, xy, relief, spacing)
    joined = _gather([*pieces, *riverside, ring, _knots(xy, len(flat), place, relief, spacing)])
    return _connected(xy, joined, side)


class _Ground(NamedTuple):
    xy: Array
    bank: Array
    built: Array
    steep: Array


def _lattice(rng: np.random.Generator, relief: Relief, spacing: float) -> Array:
    half = int(np.ceil(1.55 * relief.reach / spacing))
    steps = np.arange(-half, half + 1) * spacing
    plain = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1)
    bend = np.stack([_swell(rng, len(steps)) for _ in range(2)], axis=-1)
    jitter = rng.normal(0, 0.06, plain.shape) * spacing
    angle = rng.uniform(0.15, 0.45)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return plain @ turn + bend * spacing + jitter


def _swell(rng: np.random.Generator, size: int) -> Array:
    fields = [gaussian_filter(rng.normal(size=(size, size)), smooth, mode="wrap") for smooth in (5, 9)]
    near, far = (field / field.std() for field in fields)
    return 0.55 * near + 1.2 * far


def _pairs(side: int) -> tuple[Ints, Ints, Ints]:
    """Neighbours along rows and columns, and the number of the line each pair lies on."""
    number = np.arange(side * side).reshape(side, side)
    row = np.repeat(np.arange(side)[:, None], side - 1, axis=1)
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].T.ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].T.ravel()])
    return start, end, np.concatenate([row.ravel(), side + row.ravel()])


def _locals(rng: np.random.Generator, side: int, ground: _Ground, relief: Relief) -> Pieces:
    start, end, line = _pairs(side)
    able = (ground.bank > 40) & (ground.built > 0.2) & _within(ground.xy, relief)
    keep = able[start] & able[end] & (line % side % MAJOR_EVERY != 0) & _dry(ground.xy, start, end, relief)
    dense = np.minimum(ground.built[start], ground.built[end])
    keep &= rng.random(len(start)) < 0.62 + 0.36 * np.minimum(1, 1.6 * dense)
    kind = np.where(line % side % (MAJOR_EVERY // 2) == 0, SECONDARY, LOCAL)
    return Pieces(start[keep], end[keep], kind[keep], line[keep])


def _majors(side: int, ground: _Ground, relief: Relief) -> Pieces:
    """Main roads run through; ridges they pass by tunnel or not at all, rivers by bridges."""
    found = [_major(line, side, ground, relief) for line in range(2 * side) if line % side % MAJOR_EVERY == 0]
    return _apart(ground.xy, _gather(found), relief)


def _major(line: int, side: int, ground: _Ground, relief: Relief) -> Pieces:
    number = np.arange(side * side).reshape(side, side)
    nodes = number[line] if line < side else number[:, line - side]
    kind = TRUNK if (line % side - side // 2) % TRUNK_EVERY < MAJOR_EVERY else PRIMARY
    nodes = nodes[(ground.bank[nodes] > 40) & _within(ground.xy[nodes], relief)]
    if kind == PRIMARY:
        nodes = nodes[ground.built[nodes] > 0.07]
    start, end = nodes[:-1], nodes[1:]
    steps = np.abs(end - start) // (1 if line < side else side)
    wet = ~_dry(ground.xy, start, end, relief)
    length = np.hypot(*(ground.xy[end] - ground.xy[start]).T)
    high = np.maximum(ground.steep[start], ground.steep[end]) > 0.3
    kinds = np.where(wet, BRIDGE, np.where(high, TUNNEL, kind))
    width = 2 * relief.rivers[0].half.max()
    keep = np.where(wet, length < 2.4 * width + 350, (steps == 1) & (~high | (kind == TRUNK)))
    return Pieces(start[keep], end[keep], kinds[keep], np.full(int(keep.sum()), line))


def _apart(xy: Array, pieces: Pieces, relief: Relief) -> Pieces:
    """Bridges keep their distance from one another; the shorter stands."""
    bridges = np.flatnonzero(pieces.kind == BRIDGE)
    span = np.hypot(*(xy[pieces.end[bridges]] - xy[pieces.start[bridges]]).T)
    middle = (xy[pieces.start[bridges]] + xy[pieces.end[bridges]]) / 2
    standing: list[int] = []
    for place in np.argsort(span).tolist():
        near = np.hypot(*(middle[standing] - middle[place]).T) if standing else np.array([np.inf])
        if near.min() > 0.11 * relief.reach:
            standing.append(place)
    gone = np.setdiff1d(bridges, bridges[standing])
    keep = np.ones(len(pieces.kind), bool)
    keep[gone] = False
    return Pieces(*(column[keep] for column in pieces))


def _riversides(xy: Array, relief: Relief, spacing: float) -> tuple[Array, list[Pieces]]:
    """A road along each bank, where there is a city behind it."""
    found: list[Pieces] = []
    for number, (river, side) in enumerate((river, side) for river in relief.rivers for side in (-1, 1)):
        bank = _bank(river, side, spacing)
        good = (relief.bank_m(bank) > 45) & (relief.built(bank) > 0.16) & _within(bank, relief)
        at = np.arange(len(bank)) + len(xy)
        keep = good[:-1] & good[1:] & (np.hypot(*np.diff(bank, axis=0).T) < 3 * spacing)
        xy = np.concatenate([xy, bank])
        keep &= _dry(xy, at[:-1], at[1:], relief)
        count = int(keep.sum())
        line = np.full(count, -2 - number)
        found.append(Pieces(at[:-1][keep], at[1:][keep], np.full(count, PRIMARY), line))
    return xy, found


def _bank(river: River, side: int, spacing: float) -> Array:
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(river.middle, axis=0).T))])
    at = np.searchsorted(along, np.arange(0, along[-1], spacing * 0.8)).clip(1, len(along) - 2)
    ahead = river.middle[at + 1] - river.middle[at - 1]
    normal = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) / np.hypot(*ahead.T)[:, None]
    return river.middle[at] + side * normal * (river.half[at] + 75)[:, None]


def _ring(rng: np.random.Generator, xy: Array, relief: Relief, spacing: float) -> tuple[Array, Pieces]:
    """The ring motorway, over bridges and through tunnels."""
    turn = np.linspace(0, 2 * np.pi, max(48, int(5.4 * relief.reach / spacing)), endpoint=False)
    radius = 0.93 + 0.05 * np.sin(2 * turn + rng.uniform(0, 6)) + 0.03 * np.sin(5 * turn + rng.uniform(0, 6))
    ring = np.stack([1.12 * np.cos(turn), 0.93 * np.sin(turn)], axis=1) * radius[:, None] * relief.reach
    ring = ring[relief.bank_m(ring) > 40]
    at = np.arange(len(ring)) + len(xy)
    xy = np.concatenate([xy, ring])
    start, end = at, np.roll(at, -1)
    high = np.maximum(relief.steep(xy[start]), relief.steep(xy[end])) > 0.3
    wet = ~_dry(xy, start, end, relief)
    kind = np.where(wet, BRIDGE, np.where(high, TUNNEL, MOTORWAY))
    return xy, Pieces(start, end, kind, np.full(len(start), -1))


def _knots(xy: Array, lattice: int, ground: _Ground, relief: Relief, spacing: float) -> Pieces:
    """Riversides and the ring are tied to the streets beside them."""
    able = np.flatnonzero((ground.bank > 40) & (ground.built > 0.2) & _within(ground.xy, relief))
    new = np.arange(lattice, len(xy))
    distance, nearest = KDTree(xy[able]).query(xy[new])
    end = able[nearest]
    keep = (distance < 1.15 * spacing) & _dry(xy, new, end, relief)
    count = int(keep.sum())
    return Pieces(new[keep], end[keep], np.full(count, SECONDARY), np.full(count, -10))


def _within(xy: Array, relief: Relief) -> NDArray[np.bool_]:
    return np.all(np.abs(xy) < EDGE * relief.reach, axis=1)


def _dry(xy: Array, start: Ints, end: Ints, relief: Relief) -> NDArray[np.bool_]:
    """Which streets stay out of the water all along."""
    shares = np.linspace(0, 1, 13)[:, None, None]
    between = xy[start] * (1 - shares) + xy[end] * shares
    return np.all(relief.bank_m(between.reshape(-1, 2)).reshape(between.shape[:2]) > 12, axis=0)


def _gather(pieces: list[Pieces]) -> Pieces:
    return Pieces(*(np.concatenate(column).astype(np.int64) for column in zip(*pieces, strict=True)))


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
