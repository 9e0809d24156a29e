"""Controller events of the Indiana high-resolution form, held so that every measure is a pass over slices."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Table = dict[str, NDArray[np.generic]]

GREEN, YELLOW, RED = 1, 8, 10
DETECTOR_OFF, DETECTOR_ON = 81, 82
BIN_MS = 15 * 60 * 1000
AXIS_BITS = 36  # milliseconds that one group of a joined time axis has room for: two years
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
        """Events in any order, doubles and impossible numbers dropped."""
        times, codes, parameters = (np.asarray(column, np.int64) for column in (time_ms, code, parameter))
        names, devices = _dense_names(np.asarray(device))
        if len(names) > MOST_DEVICES:
            raise ValueError(f"{len(names)} devices in one call; hand over at most {MOST_DEVICES}")
        keep = (codes >= 0) & (codes <= 32767) & (parameters >= 0) & (parameters <= 32767)
        if not keep.all():
            times, devices, codes, parameters = (x[keep] for x in (times, devices, codes, parameters))
        return cls(*_ordered(times, devices, codes, parameters), names)

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


def ranges(starts: Longs, lengths: Longs) -> Longs:
    """The numbers start, start + 1 … of every range, one range after another."""
    total = int(lengths.sum())
    if total == 0:
        return np.empty(0, np.int64)
    steps = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(starts, lengths) + steps


def axis(group: Longs, time_ms: Longs, origin: int) -> Longs:
    """One rising number for group and time, so that a single search serves all groups."""
    return (group << AXIS_BITS) + (time_ms - origin + (1 << (AXIS_BITS - 1)))


def off_axis(keys: Longs, origin: int) -> Longs:
    """The times of a joined axis."""
    return (keys & ((1 << AXIS_BITS) - 1)) + origin - (1 << (AXIS_BITS - 1))


def runs(*columns: Longs) -> Longs:
    """Where a new run of equal rows begins in columns that are already grouped."""
    if len(columns[0]) == 0:
        return np.empty(0, np.int64)
    changed = np.zeros(len(columns[0]), bool)
    changed[0] = True
    for column in columns:
        changed[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changed)


def floor_bin(time_ms: Longs, bin_ms: int = BIN_MS) -> Longs:
    """The start of the bin that holds each time."""
    return time_ms - np.mod(time_ms, bin_ms)


def tally(bins: Longs, group: Longs, *more: Longs) -> tuple[Longs, Longs, list[Longs], Longs, Longs]:
    """Rows grouped by bin, group and more: the keys of every cell, each row's cell, and the counts."""
    columns = (*more, bins, group)
    order = np.lexsort(columns)
    first = runs(*(column[order] for column in columns))
    cell = np.empty(len(bins), np.int64)
    sizes = np.diff(first, append=len(bins))
    cell[order] = np.repeat(np.arange(len(first)), sizes)
    keys = order[first]
    return bins[keys], group[keys], [column[keys] for column in more], cell, sizes


def named(names: NDArray[np.generic], bins: Longs, group: Longs, **columns: NDArray[np.generic]) -> Table:
    """A table with the bin's time, the device's own name and the measure's columns."""
    return {"time_ms": bins, "device": names[group >> 15], **columns}


def restrict(table: Table, complete: Table | None) -> Table:
    """Only the rows whose device has whole data in that bin (`complete` is the table of has_data)."""
    if complete is None:
        return table
    devices, places = np.unique(np.concatenate([complete["device"], table["device"]]), return_inverse=True)
    times = np.concatenate([complete["time_ms"], table["time_ms"]]).astype(np.int64)
    key = times * len(devices) + places
    known = len(complete["device"])
    keep = np.isin(key[known:], key[:known])
    return {name: column[keep] for name, column in table.items()}


def single(values: NDArray[np.floating]) -> Floats:
    """Values as a four-byte number holds them, so that thresholds fall as in the public package."""
    return values.astype(np.float32).astype(np.float64)


def whole(column: NDArray[np.generic]) -> Longs:
    """A column as whole numbers."""
    return np.asarray(column, np.int64)


def _dense_names(device: NDArray[np.generic]) -> tuple[NDArray[np.generic], Longs]:
    if len(device) and np.issubdtype(device.dtype, np.integer):
        numbers = whole(device)
        low = int(numbers.min())
        if int(numbers.max()) - low < 1 << 20:
            seen = np.bincount(numbers - low) > 0
            place = np.cumsum(seen) - 1
            return (np.flatnonzero(seen) + low).astype(device.dtype), place[numbers - low]
    names, places = np.unique(device, return_inverse=True)
    return names, places.astype(np.int64)


def _ordered(times: Longs, devices: Longs, codes: Longs, parameters: Longs) -> tuple[Longs, Longs, Longs, Longs]:
    if len(times) == 0:
        return times, devices, codes, parameters
    origin = int(times.min())
    bits = [_bits(times - origin), _bits(parameters), _bits(codes)]
    if sum(bits) + _bits(devices) > 63:
        return _ordered_slowly(times, devices, codes, parameters)
    at_time, at_parameter = bits[2], bits[2] + bits[0]
    at_device = at_parameter + bits[1]
    key = np.sort((devices << at_device) | (parameters << at_parameter) | ((times - origin) << at_time) | codes)
    key = key[np.append(True, key[1:] != key[:-1])]
    return (
        ((key >> at_time) & ((1 << bits[0]) - 1)) + origin,
        key >> at_device,
        key & ((1 << bits[2]) - 1),
        (key >> at_parameter) & ((1 << bits[1]) - 1),
    )


def _ordered_slowly(times: Longs, devices: Longs, codes: Longs, parameters: Longs) -> tuple[Longs, Longs, Longs, Longs]:
    order = np.lexsort((codes, times, parameters, devices))
    columns = [column[order] for column in (times, devices, codes, parameters)]
    first = runs(*columns)
    return columns[0][first], columns[1][first], columns[2][first], columns[3][first]


def _bits(values: Longs) -> int:
    return max(1, int(values.max()).bit_length())
