"""The words of fusion: what a lane is, what the sensors said in a second, what is believed."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Lanes:
    """Lanes in flat arrays, measured in metres from where the radar first sees them."""

    crossing: IntArray
    stop_m: FloatArray
    end_m: FloatArray
    loop_m: FloatArray
    speed_mps: FloatArray

    @classmethod
    def of(
        cls, crossing: ArrayLike, stop_m: ArrayLike, end_m: ArrayLike, loop_m: ArrayLike, speed_mps: ArrayLike
    ) -> Self:
        """Lanes from plain columns, refused where their order along the road is impossible."""
        lanes = cls(
            np.asarray(crossing, np.int64),
            *(np.asarray(c, float) for c in (stop_m, end_m, loop_m, speed_mps)),
        )
        good = (lanes.loop_m >= 0) & (lanes.loop_m < lanes.stop_m) & (lanes.stop_m <= lanes.end_m)
        good &= (lanes.speed_mps > 0) & (lanes.crossing >= 0)
        if not good.all():
            lane = int(np.argmin(good))
            raise ValueError(
                f"lane {lane}: loop {lanes.loop_m[lane]:g} m, line {lanes.stop_m[lane]:g} m, "
                f"end {lanes.end_m[lane]:g} m, {lanes.speed_mps[lane]:g} m/s, crossing {lanes.crossing[lane]}; "
                "accepted: 0 ≤ loop < line ≤ end, a speed above 0, crossings from 0"
            )
        return lanes

    def __len__(self) -> int:
        return len(self.crossing)


@dataclass(frozen=True)
class Readings:
    """What the sensors said in one second; `alive` is lane × (radar, video, loop): a report came."""

    lane: IntArray
    track: IntArray
    position_m: FloatArray
    counted: FloatArray  # lane × (left, through, right), vehicles over the line by video
    pulses: FloatArray  # lane, vehicles over the advance loop
    alive: BoolArray


@dataclass(frozen=True)
class Refusal:
    """One item that was not taken: where it stood, what was wrong, what is accepted."""

    where: str
    what: str
    accepted: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; accepted: {self.accepted}"


@dataclass(frozen=True)
class View:
    """What is believed of every lane now. Arrays are the fusion's own: copy what you keep."""

    queue: FloatArray
    queue_sd: FloatArray
    confidence: FloatArray  # probability that the queue is right to within one vehicle
    speed_mps: FloatArray
    exit_share: FloatArray
    turning: FloatArray  # lane × (left, through, right)
    arrivals: FloatArray  # lane × second from now
    refused: tuple[Refusal, ...] = field(default=())
    frozen: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))  # the lane's radar only repeats itself


MODEL_DOUBT = 0.15  # variance that the filter does not know of: vehicles that just begin or cease to stand


def confidence_of(spread: FloatArray) -> FloatArray:
    """Probability of being within one vehicle; errors have the long tails of a Laplace distribution."""
    return 1.0 - np.exp(-np.sqrt(2.0 / (spread + MODEL_DOUBT)))
