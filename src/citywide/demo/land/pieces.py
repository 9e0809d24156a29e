"""What streets are made of: their classes, the ground they lie on, and pieces that are being gathered."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citywide.demo.land.relief import EDGE, Relief

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
CLASSES = ("residential", "secondary", "primary", "trunk", "motorway", "bridge", "tunnel")
LOCAL, SECONDARY, PRIMARY, TRUNK, MOTORWAY, BRIDGE, TUNNEL = range(7)
MAJOR_EVERY, TRUNK_EVERY = 6, 18


class Pieces(NamedTuple):
    """Streets that are being gathered."""

    start: Ints
    end: Ints
    kind: Ints
    line: Ints


class Ground(NamedTuple):
    """The ground under each crossing of the lattice."""

    xy: Array
    bank: Array
    built: Array
    steep: Array


def within(xy: Array, relief: Relief) -> NDArray[np.bool_]:
    """What lies inside the map."""
    return np.all(np.abs(xy) < EDGE * relief.reach, axis=1)


def dry(xy: Array, start: Ints, end: Ints, relief: Relief) -> NDArray[np.bool_]:
    """Which streets stay out of the water all along."""
    shares = np.linspace(0, 1, 13)[:, None, None]
    between = xy[start] * (1 - shares) + xy[end] * shares
    return np.all(relief.bank_m(between.reshape(-1, 2)).reshape(between.shape[:2]) > 12, axis=0)


def gather(pieces: list[Pieces]) -> Pieces:
    """Several gatherings as one."""
    return Pieces(*(np.concatenate(column).astype(np.int64) for column in zip(*pieces, strict=True)))
