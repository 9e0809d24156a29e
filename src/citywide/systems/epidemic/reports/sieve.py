"""Item by item: the good is taken, each refused item is named with what would be accepted."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from citywide.hub.ingest.batch import MOST_REFUSALS_SHOWN, Refusal

Item = TypeVar("Item", bound=Struct)
Fault = tuple[str, str, str]  # where in the item, what, and what would be accepted


class Sieve(Struct):
    """Keeps what is good and names what is not, the first thousand items."""

    refused: list[Refusal] = field(default_factory=list[Refusal])
    refused_count: int = 0

    def good(
        self, name: str, items: Sequence[Any], kind: type[Item], faults: Callable[[Item], Iterator[Fault]]
    ) -> list[Item]:
        """The items of one kind that can be taken in."""
        found: list[Item] = []
        for at, item in enumerate(items):
            try:
                one = msgspec.convert(item, kind, strict=False)
                fault = next(chain(_without_nul(one), faults(one)), None)
            except msgspec.ValidationError as error:
                one, fault = None, _unreadable(kind, str(error))
            if fault is None and one is not None:
                found.append(one)
            elif fault is not None:
                self._refuse(f"{name}[{at}]", fault)
        return found

    def _refuse(self, item: str, fault: Fault) -> None:
        where, what, accepted = fault
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSALS_SHOWN:
            self.refused.append(Refusal(f"{item}.{where}" if where else item, what, accepted))


def _without_nul(one: Struct) -> Iterator[Fault]:
    """A database keeps every character but this one."""
    for name in one.__struct_fields__:
        if isinstance(value := getattr(one, name), str) and "\0" in value:
            yield name, "a NUL character", "text without it"


def _unreadable(kind: type[Struct], error: str) -> Fault:
    what, _, where = error.partition(" - at `$")
    at = re.match(r"\[(\d+)\]", where)  # a row has positions, an object names
    name = kind.__struct_fields__[int(at[1])] if at else where.strip("`.")
    return name, what, f"{kind.__name__} with {', '.join(kind.__struct_fields__)}; see /schema"
