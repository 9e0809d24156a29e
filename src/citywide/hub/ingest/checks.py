"""What is wrong with a reading before it has a series: each item is judged by itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from citywide.hub.ingest.batch import Columns, Receipt, Refusal
from citywide.hub.ingest.order import all_sound
from citywide.hub.ingest.piecemeal import shortened
from citywide.hub.vocabulary.things import Quantity
from citywide.kit.clock import moment
from citywide.kit.units import conversion

FUTURE_US = 5 * 60 * 1_000_000
OLDEST_US = 400 * 86_400 * 1_000_000
Mask = NDArray[np.bool_]
Codes = NDArray[np.int64]


class Ranges(Struct, frozen=True):
    """Quantities by code, and the range of each as arrays."""

    code_of: Mapping[str, int]
    quantities: Sequence[Quantity]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def ranges(quantities: Mapping[str, Quantity]) -> Ranges:
    """Prepare the quantities for checking; the last place stands for unknown ones."""
    listed = list(quantities.values())
    low = np.array([quantity.low for quantity in listed] + [-np.inf])
    high = np.array([quantity.high for quantity in listed] + [np.inf])
    return Ranges({quantity.name: code for code, quantity in enumerate(listed)}, listed, low, high)


def codes_of(columns: Columns, known: Ranges) -> Codes:
    """The quantities' codes; -1 where there is no such quantity."""
    return np.fromiter(map(known.code_of.get, columns.quantity, repeat(-1)), np.int64, len(columns))


def checked(columns: Columns, codes: Codes, known: Ranges, now_us: int, receipt: Receipt) -> tuple[Columns, Mask]:
    """The columns in the quantities' own units, and which items stand; the others are named in the receipt."""
    good = np.ones(len(columns), bool)
    if columns.unit is None and not columns.faults and _all_sound(columns, codes, known, now_us):
        return columns, good
    good[list(columns.faults)] = False
    _refuse(~good, receipt, columns.faults.__getitem__)
    _refuse((codes < 0) & good, receipt, lambda i: _unknown_quantity(i, columns.quantity[i], known))
    good &= codes >= 0
    columns, bad_units = _in_own_units(columns, codes, known)
    _refuse(bad_units & good, receipt, lambda i: _unit(i, columns, known.quantities[codes[i]]))
    good &= ~bad_units
    for bad, why in _faults(columns, codes, known, now_us):
        _refuse(bad & good, receipt, why)
        good &= ~bad
    return columns, good


def _all_sound(columns: Columns, codes: Codes, known: Ranges, now_us: int) -> bool:
    """Whether there is nothing to say of any item, which is what nearly every batch is like."""
    return all_sound(columns.value, columns.time, codes, known.low, known.high, now_us - OLDEST_US, now_us + FUTURE_US)


def _faults(
    columns: Columns, codes: Codes, known: Ranges, now_us: int
) -> Iterable[tuple[Mask, Callable[[int], Refusal]]]:
    value, time = columns.value, columns.time
    yield ~np.isfinite(value), lambda i: _value(i, f"{value[i]} is not a number", "a finite number")
    outside = (value < known.low[codes]) | (value > known.high[codes])
    yield outside, lambda i: _implausible(i, float(value[i]), known.quantities[codes[i]])
    yield time > now_us + FUTURE_US, lambda i: _time(i, "in the future", "a time at most 5 minutes ahead")
    yield (
        time < now_us - OLDEST_US,
        lambda i: _time(i, "too old", f"a time after {moment(now_us - OLDEST_US)}"),
    )


def _refuse(bad: Mask, receipt: Receipt, why: Callable[[int], Refusal]) -> None:
    if bad.any():
        for place in np.flatnonzero(bad).tolist():
            receipt.refuse(why(place))


def _in_own_units(columns: Columns, codes: Codes, known: Ranges) -> tuple[Columns, Mask]:
    bad = np.zeros(len(columns), bool)
    if columns.unit is None:
        return columns, bad
    values = columns.value.copy()
    for place, unit in enumerate(columns.unit):
        if unit is not None and codes[place] >= 0:
            rule = conversion(unit, known.quantities[codes[place]].unit)
            bad[place] = rule is None
            if rule is not None:
                values[place] = values[place] * rule[0] + rule[1]
    return structs.replace(columns, value=values), bad


def _unknown_quantity(place: int, name: str, known: Ranges) -> Refusal:
    return Refusal(
        f"readings[{place}].quantity", f"unknown quantity {shortened(name)}", ", ".join(sorted(known.code_of))
    )


def _unit(place: int, columns: Columns, quantity: Quantity) -> Refusal:
    unit = columns.unit[place] if columns.unit else None
    accepted = f"{quantity.unit}, or a unit that converts to it"
    return Refusal(f"readings[{place}].unit", f"{unit!r} is no unit of {quantity.name}", accepted)


def _value(place: int, what: str, accepted: str) -> Refusal:
    return Refusal(f"readings[{place}].value", what, accepted)


def _implausible(place: int, value: float, quantity: Quantity) -> Refusal:
    what = f"{value:g} {quantity.unit} cannot be a {quantity.name}"
    return _value(place, what, f"{quantity.low:g} to {quantity.high:g} {quantity.unit}")


def _time(place: int, what: str, accepted: str) -> Refusal:
    return Refusal(f"readings[{place}].time", what, accepted)
