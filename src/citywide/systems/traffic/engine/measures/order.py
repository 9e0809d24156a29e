"""Events in order, each once: by one packed number where it fits, by columns where it does not."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citywide.systems.traffic.engine.measures.columns import Longs, runs, whole

HALF_MS = 198 * 86_400_000  # on both sides of the middle of a record: a joined axis has room for no more


def as_ms(times: ArrayLike) -> Longs:
    """Milliseconds since 1970 from whole or broken numbers, or from numpy's own times of any unit."""
    column = np.asarray(times)
    if np.issubdtype(column.dtype, np.datetime64):
        column = column.astype("datetime64[ms]")
    elif np.issubdtype(column.dtype, np.floating) and not np.isfinite(column).all():
        raise ValueError(
            f"time {column[~np.isfinite(column)][0]}; accepted: milliseconds since 1970, or numpy's datetime64"
        )
    return column.astype(np.int64)


def belongs(times: Longs) -> NDArray[np.bool_]:
    """Whether a time belongs to the record, not to a clock that has lost its date."""
    if len(times) == 0 or int(times.max()) - int(times.min()) <= 2 * HALF_MS:
        return np.ones(len(times), np.bool_)
    return np.abs(times - int(np.sort(times)[(len(times) - 1) // 2])) <= HALF_MS


def dense_names(device: NDArray[np.generic]) -> tuple[NDArray[np.generic], Longs]:
    """The devices' own names, and each event's place among them."""
    if len(device) and np.issubdtype(device.dtype, np.integer):
        numbers = whole(device)
        low = int(numbers.min())
        if int(numbers.max()) - low < 1 << 20:
            seen = np.bincount(numbers - low) > 0
            place = np.cumsum(seen) - 1
            return (np.flatnonzero(seen) + low).astype(device.dtype), place[numbers - low]
    names, places = np.unique(device, return_inverse=True)
    return names, places.astype(np.int64)


def ordered(times: Longs, devices: Longs, codes: Longs, parameters: Longs) -> tuple[Longs, Longs, Longs, Longs]:
    """The columns sorted by device, parameter, time and code; doubles are dropped."""
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
