"""Controller events of the Indiana high-resolution form, held so that every measure is a pass over slices."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citywide.systems.traffic.engine.measures.columns import AXIS_BITS, Flags, Longs, axis
from citywide.systems.traffic.engine.measures.order import as_ms, belongs, dense_names, ordered

GREEN, YELLOW, RED = 1, 8, 10
DETECTOR_OFF, DETECTOR_ON = 81, 82
MOST_DEVICES = 1 << (62 - AXIS_BITS - 15)


@dataclass(frozen=True)
class Events:
    """Distinct events in the order device, parameter, time, code; `device` is a place in `names`."""

    time_ms: Longs
    device: Longs
    code: Longs
    parameter: Longs
    names: NDArray[np.generic]

    @classmethod
    def of(cls, time_ms: ArrayLike, device: ArrayLike, code: ArrayLike, parameter: ArrayLike) -> Self:
        """Events in any order; doubles, impossible numbers and times of a clock that was never set are dropped."""
        times, codes, parameters = as_ms(time_ms), np.asarray(code, np.int64), np.asarray(parameter, np.int64)
        names, devices = dense_names(np.asarray(device))
        if len({len(column) for column in (times, devices, codes, parameters)}) > 1:
            sizes = ", ".join(str(len(column)) for column in (times, devices, codes, parameters))
            raise ValueError(f"columns of {sizes} rows; accepted: time, device, code and parameter of the same length")
        if len(names) > MOST_DEVICES:
            raise ValueError(f"{len(names)} devices in one call; hand over at most {MOST_DEVICES}")
        keep = (codes >= 0) & (codes <= 32767) & (parameters >= 0) & (parameters <= 32767) & belongs(times)
        if not keep.all():
            times, devices, codes, parameters = (x[keep] for x in (times, devices, codes, parameters))
        return cls(*ordered(times, devices, codes, parameters), names)

    @cached_property
    def group(self) -> Longs:
        """Device and parameter (phase, detector) as one number, rising along the events."""
        return (self.device << 15) | self.parameter

    @cached_property
    def by_time(self) -> Longs:
        """Device and time as one number, sorted: `axis` of every event, from `origin` on."""
        return np.sort(axis(self.device, self.time_ms, self.origin))

    @cached_property
    def origin(self) -> int:
        """The first moment of the record."""
        return int(self.time_ms.min()) if len(self) else 0

    def per_bin(self, bin_ms: int, rows: Flags | None = None) -> tuple[int, Longs]:
        """The first bin's start, and how many events each device (row) has in each bin (column)."""
        first = self.origin // bin_ms
        width = (int(self.time_ms.max()) // bin_ms - first + 1) if len(self) else 1
        cell = self.device * width + (self.time_ms // bin_ms - first)
        counted = np.bincount(cell if rows is None else cell[rows], minlength=len(self.names) * width)
        return first * bin_ms, counted.reshape(len(self.names), width)

    @cached_property
    def _of_code(self) -> tuple[Longs, Longs]:
        order = np.argsort(self.code.astype(np.int16), kind="stable")
        return order, np.searchsorted(self.code[order], np.arange(32769))

    def only(self, *codes: int) -> "Events":
        """The events with these codes, order kept."""
        order, start = self._of_code
        parts = [order[start[code] : start[code + 1]] for code in codes]
        return self.at(parts[0] if len(parts) == 1 else np.sort(np.concatenate(parts)))

    def at(self, rows: Longs | Flags) -> "Events":
        """The events at these places."""
        return Events(self.time_ms[rows], self.device[rows], self.code[rows], self.parameter[rows], self.names)

    def __len__(self) -> int:
        return len(self.time_ms)
