"""Fields of foreign messages, read one at a time: what is wrong is said with its place, what is good is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Item = TypeVar("Item")


class Malformed(ValueError):  # noqa: N818 - the city's word
    """Part of a message that cannot be: where, what was found, what is accepted."""

    def __init__(self, where: str, what: object, accepted: str) -> None:
        shown = repr(what)
        super().__init__(f"{where}: {shown if len(shown) < 80 else shown[:77] + '…'}; accepted: {accepted}")
        self.where, self.accepted = where, accepted


@dataclass(frozen=True)
class Taken:
    """What was refused while the rest was taken."""

    refused: tuple[Malformed, ...]


def part(message: object, name: str, where: str) -> Any:
    """A named part of a mapping."""
    if not isinstance(message, Mapping):
        raise Malformed(where, message, "an object")
    if name not in message:
        raise Malformed(f"{where}.{name}", "nothing", "the field must be there")
    return message[name]


def whole(message: object, name: str, where: str, low: int, high: int) -> int:
    """A whole number within bounds."""
    value = part(message, name, where)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Malformed(f"{where}.{name}", value, f"a whole number from {low} to {high}")
    return value


def maybe(message: object, name: str, where: str, low: int, high: int) -> int | None:
    """A whole number within bounds, or None when it is not there."""
    if isinstance(message, Mapping) and name not in message:
        return None
    return whole(message, name, where, low, high)


def several(message: object, name: str, where: str) -> Sequence[Any]:
    """A list."""
    value = part(message, name, where)
    if not isinstance(value, list):
        raise Malformed(f"{where}.{name}", value, "a list")
    return value


def each(
    items: Sequence[Any], where: str, read: Callable[[Any, str], Item], refused: list[Malformed]
) -> tuple[Item, ...]:
    """Every item that can be read; the others are refused with their places."""
    good = list[Item]()
    for place, item in enumerate(items):
        try:
            good.append(read(item, f"{where}[{place}]"))
        except Malformed as bad:
            refused.append(bad)
    return tuple(good)
