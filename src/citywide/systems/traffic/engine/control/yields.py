"""Whom a side road gives way to right before or behind a line: described, and as flat rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Yield:
    """By `movement` a side road gives way to those who come to the line of `lane`, or who leave it by `moves` (bits).

    The line is `seconds` from the side road's mouth, and `room` vehicles stand between them; lanes and movements
    count through their crossing and their lane. Who `joins` the lane needs room there.
    """

    movement: int
    lane: int
    moves: int = 0
    room: float = 0.0
    seconds: float = 0.0
    joins: bool = False


class Yields(NamedTuple):
    """Rows of all side roads; `start[lane]` is where a lane's begin."""

    start: NDArray[np.int32]
    move: NDArray[np.int32]
    lane: NDArray[np.int32]
    moves: NDArray[np.int32]
    room: NDArray[np.float64]
    seconds: NDArray[np.int32]
    joins: NDArray[np.bool_]


def flat(yields: Sequence[Sequence[Yield]]) -> Yields:
    """What each lane gives way to, as rows."""
    rows = [row for lane in yields for row in lane]
    return Yields(
        np.concatenate([[0], np.cumsum([len(lane) for lane in yields])]).astype(np.int32),
        np.array([row.movement for row in rows], np.int32),
        np.array([row.lane for row in rows], np.int32),
        np.array([row.moves for row in rows], np.int32),
        np.array([row.room for row in rows], np.float64),
        np.array([row.seconds for row in rows], np.int32),
        np.array([row.joins for row in rows], np.bool_),
    )
