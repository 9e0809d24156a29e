"""Which detector serves which phase, and the events that go with them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citywide.systems.traffic.engine.measures.columns import Longs, ranges
from citywide.systems.traffic.engine.measures.events import Events


@dataclass(frozen=True)
class Detectors:
    """Which detector serves which phase, and as what: Advance, Presence, Yellow_Red and others."""

    device: NDArray[np.generic]
    phase: Longs
    detector: Longs
    function: NDArray[np.str_]

    @classmethod
    def of(cls, device: ArrayLike, phase: ArrayLike, detector: ArrayLike, function: ArrayLike) -> Self:
        """The configuration as plain columns."""
        return cls(
            np.asarray(device),
            np.asarray(phase, np.int64),
            np.asarray(detector, np.int64),
            np.asarray(function, str),
        )

    def serving(self, function: str, names: NDArray[np.generic]) -> tuple[Longs, Longs]:
        """Groups (device and detector) with this function, and the groups (device and phase) they serve."""
        if len(names) and len(self.device) and (names.dtype.kind in "SU") != (self.device.dtype.kind in "SU"):
            raise ValueError(
                f"detectors of devices such as {self.device[0]!r}, events of {names[0]!r}; accepted: one kind"
            )
        rows = (self.function == function) & np.isin(self.device, names)
        device = np.searchsorted(names, self.device[rows]).astype(np.int64)
        return (device << 15) | self.detector[rows], (device << 15) | self.phase[rows]


def detections(events: Events, detectors: Detectors, function: str, *codes: int) -> tuple[Events, Longs]:
    """Detector events of one function, and the group (device and phase) that each belongs to."""
    heard = events.only(*codes)
    sources, phases = detectors.serving(function, events.names)
    starts = np.searchsorted(heard.group, sources, "left")
    lengths = np.searchsorted(heard.group, sources, "right") - starts
    rows = ranges(starts, lengths)
    return heard.at(rows), np.repeat(phases, lengths)


def phase_events(events: Events, phases: Longs, *codes: int) -> Events:
    """Phase events of the groups named."""
    heard = events.only(*codes)
    wanted = np.unique(phases)
    starts = np.searchsorted(heard.group, wanted, "left")
    return heard.at(ranges(starts, np.searchsorted(heard.group, wanted, "right") - starts))
