"""Facts of crossings and lanes, read one by one: what cannot be is said with whose it is and what is accepted."""

from collections.abc import Mapping
from typing import Any, cast

Facts = Mapping[str, Any]


class ShapeError(ValueError):
    """Facts of a crossing that cannot be: whose, what was found, what is accepted."""

    def __init__(self, where: str, what: object, accepted: str) -> None:
        super().__init__(f"{where}: {what!r}; accepted: {accepted}")


def whole(where: str, facts: Facts, name: str, usual: int | None) -> int:
    """A whole number that counts something."""
    value = facts.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 255:
        raise ShapeError(f"{where}, {name}", value, "a whole number from 1 to 255")
    return value


def headings(where: str, told: object) -> tuple[float, ...]:
    """Directions in degrees."""
    found = cast("list[object]", told) if isinstance(told, list) else [None]
    return tuple(_within(where, one, 360.0) for one in found)


def number(where: str, facts: Facts, name: str, usual: float | None, most: float) -> float | None:
    """A number within bounds either way, or none."""
    value = facts.get(name, usual)
    return None if value is None else _within(f"{where}, {name}", value, most)


def _within(where: str, value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        raise ShapeError(where, value, f"a number from {-most:g} to {most:g}")
    return float(value)


def lists_of_lanes(told: object) -> list[list[int]]:
    """The phases that were told, or nothing when they are no lists of whole numbers."""
    phases = cast("list[list[object]]", told) if isinstance(told, list) else []
    good = all(isinstance(one, list) and one and all(isinstance(lane, int) for lane in one) for one in phases)
    return cast("list[list[int]]", phases) if good else []
