"""Roads that the lattice does not have: along the rivers and around the city, tied to the streets beside them."""

import numpy as np
from scipy.spatial import KDTree

from citywide.demo.land.pieces import (
    BRIDGE,
    MOTORWAY,
    PRIMARY,
    SECONDARY,
    TUNNEL,
    Array,
    Ground,
    Pieces,
    dry,
    within,
)
from citywide.demo.land.relief import Relief, River


def riversides(xy: Array, relief: Relief, spacing: float) -> tuple[Array, list[Pieces]]:
    """A road along each bank, where there is a city behind it."""
    found: list[Pieces] = []
    for number, (river, side) in enumerate((river, side) for river in relief.rivers for side in (-1, 1)):
        bank = _bank(river, side, spacing)
        good = (relief.bank_m(bank) > 45) & (relief.built(bank) > 0.16) & within(bank, relief)
        at = np.arange(len(bank)) + len(xy)
        keep = good[:-1] & good[1:] & (np.hypot(*np.diff(bank, axis=0).T) < 3 * spacing)
        xy = np.concatenate([xy, bank])
        keep &= dry(xy, at[:-1], at[1:], relief)
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


def ring_road(rng: np.random.Generator, xy: Array, relief: Relief, spacing: float) -> tuple[Array, Pieces]:
    """The ring motorway, over bridges and through tunnels."""
    turn = np.linspace(0, 2 * np.pi, max(48, int(5.4 * relief.reach / spacing)), endpoint=False)
    radius = 0.93 + 0.05 * np.sin(2 * turn + rng.uniform(0, 6)) + 0.03 * np.sin(5 * turn + rng.uniform(0, 6))
    ring = np.stack([1.12 * np.cos(turn), 0.93 * np.sin(turn)], axis=1) * radius[:, None] * relief.reach
    ring = ring[relief.bank_m(ring) > 40]
    at = np.arange(len(ring)) + len(xy)
    xy = np.concatenate([xy, ring])
    start, end = at, np.roll(at, -1)
    high = np.maximum(relief.steep(xy[start]), relief.steep(xy[end])) > 0.3
    wet = ~dry(xy, start, end, relief)
    kind = np.where(wet, BRIDGE, np.where(high, TUNNEL, MOTORWAY))
    return xy, Pieces(start, end, kind, np.full(len(start), -1))


def knots(xy: Array, lattice: int, ground: Ground, relief: Relief, spacing: float) -> Pieces:
    """Riversides and the ring are tied to the streets beside them."""
    able = np.flatnonzero((ground.bank > 40) & (ground.built > 0.2) & within(ground.xy, relief))
    new = np.arange(lattice, len(xy))
    distance, nearest = KDTree(xy[able]).query(xy[new])
    end = able[nearest]
    keep = (distance < 1.15 * spacing) & dry(xy, new, end, relief)
    count = int(keep.sum())
    return Pieces(new[keep], end[keep], np.full(count, SECONDARY), np.full(count, -10))
