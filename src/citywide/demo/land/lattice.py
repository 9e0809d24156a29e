"""The bent lattice of a city: small streets where it is built, main roads through all of it."""

import numpy as np
from scipy.ndimage import gaussian_filter

from citywide.demo.land.pieces import (
    BRIDGE,
    LOCAL,
    MAJOR_EVERY,
    PRIMARY,
    SECONDARY,
    TRUNK,
    TRUNK_EVERY,
    TUNNEL,
    Array,
    Ground,
    Ints,
    Pieces,
    dry,
    gather,
    within,
)
from citywide.demo.land.relief import Relief


def bent_lattice(rng: np.random.Generator, relief: Relief, spacing: float) -> Array:
    """Crossings in rows and columns, turned and bent as a city has grown."""
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


def local_streets(rng: np.random.Generator, side: int, ground: Ground, relief: Relief) -> Pieces:
    """Small streets where houses stand; there are gaps."""
    start, end, line = _pairs(side)
    able = (ground.bank > 40) & (ground.built > 0.2) & within(ground.xy, relief)
    keep = able[start] & able[end] & (line % side % MAJOR_EVERY != 0) & dry(ground.xy, start, end, relief)
    dense = np.minimum(ground.built[start], ground.built[end])
    keep &= rng.random(len(start)) < 0.62 + 0.36 * np.minimum(1, 1.6 * dense)
    kind = np.where(line % side % (MAJOR_EVERY // 2) == 0, SECONDARY, LOCAL)
    return Pieces(start[keep], end[keep], kind[keep], line[keep])


def main_roads(side: int, ground: Ground, relief: Relief) -> Pieces:
    """Main roads run through; ridges they pass by tunnel or not at all, rivers by bridges."""
    found = [_major(line, side, ground, relief) for line in range(2 * side) if line % side % MAJOR_EVERY == 0]
    return _apart(ground.xy, gather(found), relief)


def _major(line: int, side: int, ground: Ground, relief: Relief) -> Pieces:
    number = np.arange(side * side).reshape(side, side)
    nodes = number[line] if line < side else number[:, line - side]
    kind = TRUNK if (line % side - side // 2) % TRUNK_EVERY < MAJOR_EVERY else PRIMARY
    nodes = nodes[(ground.bank[nodes] > 40) & within(ground.xy[nodes], relief)]
    if kind == PRIMARY:
        nodes = nodes[ground.built[nodes] > 0.07]
    start, end = nodes[:-1], nodes[1:]
    steps = np.abs(end - start) // (1 if line < side else side)
    wet = ~dry(ground.xy, start, end, relief)
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
