"""Fields of foreign messages, read one by one: what is wrong is said with its place, the rest is kept."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

Item = TypeVar("Item")
Fields = dict[str, Any]


class Malformed(ValueError):  # noqa: N818 - the city's word
    """Part of a message that cannot be: where, what was found, what is accepted."""

    def __init__(self, where: str, what: object, accepted: str) -> None:
        shown = repr(what)
        super().__init__(f"{where}: {shown if len(shown) < 80 else shown[:77] + '…'}; accepted: {accepted}")
        self.where, self.accepted = where, accepted


def body_of(text: str | bytes, number: int, name: str) -> Any:
    """The message in this JSON, whether bare or in its J2735 MessageFrame."""
    try:
        message: Any = json.loads(text)
    except (ValueError, RecursionError) as bad:
        raise Malformed(name, str(bad), "JSON") from None
    if not isinstance(message, dict) or "messageId" not in message:
        bare = number > 0 and isinstance(message, dict)  # our own messages are of number 0
        return cast("Fields", message).get(name, message) if bare else message
    frame = cast("Fields", message)
    if frame["messageId"] != number:
        raise Malformed("messageId", frame["messageId"], f"{number} for {name}")
    value = part(frame, "value", "message")
    return cast("Fields", value).get(name, value) if isinstance(value, dict) else value


def part(message: object, name: str, where: str) -> Any:
    """A named part of a mapping."""
    if not isinstance(message, dict):
        raise Malformed(where, message, "an object")
    fields = cast("Fields", message)
    if name not in fields:
        raise Malformed(f"{where}.{name}", "nothing", "the field must be there")
    return fields[name]


def whole(message: object, name: str, where: str, low: int, high: int) -> int:
    """A whole number within bounds."""
    value = part(message, name, where)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Malformed(f"{where}.{name}", value, f"a whole number from {low} to {high}")
    return value


def maybe(message: object, name: str, where: str, low: int, high: int) -> int | None:
    """A whole number within bounds, or None when it is not there."""
    if isinstance(message, dict) and name not in message:
        return None
    return whole(cast("object", message), name, where, low, high)


def word(message: object, name: str, where: str, accepted: Iterable[str]) -> str:
    """One of several words."""
    value, words = part(message, name, where), tuple(accepted)
    if not isinstance(value, str) or value not in words:
        raise Malformed(f"{where}.{name}", value, ", ".join(words))
    return value


def several(message: object, name: str, where: str) -> Sequence[Any]:
    """A list."""
    value = part(message, name, where)
    if not isinstance(value, list):
        raise Malformed(f"{where}.{name}", value, "a list")
    return cast("Sequence[Any]", value)


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
