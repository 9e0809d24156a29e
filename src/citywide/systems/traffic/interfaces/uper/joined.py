"""Parts that are made of parts: lists, named parts, one of several (ITU-T X.691, unaligned)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.uper.bits import Read, Written
from citywide.systems.traffic.interfaces.uper.plain import Type, Whole


@dataclass(frozen=True)
class Many:
    """A list of parts of one kind."""

    item: Type
    low: int
    high: int

    def put(self, out: Written, value: Any, where: str) -> None:
        """Their number, then each."""
        if not isinstance(value, list) or not self.low <= len(value) <= self.high:
            raise Malformed(where, value, f"a list of {self.low} to {self.high}")
        Whole(self.low, self.high).put(out, len(value), where)
        for place, one in enumerate(value):
            self.item.put(out, one, f"{where}[{place}]")

    def take(self, bits: Read, where: str) -> list[Any]:
        """Their number, then each."""
        count = Whole(self.low, self.high).take(bits, where)
        return [self.item.take(bits, f"{where}[{place}]") for place in range(count)]


@dataclass(frozen=True)
class Parts:
    """Named parts; a name that ends with `?` may be left out."""

    parts: Mapping[str, Type]
    more: bool = False

    def put(self, out: Written, value: Any, where: str) -> None:
        """Which of the optional ones are there, then each in order."""
        names = {name.rstrip("?") for name in self.parts}
        if not isinstance(value, dict) or not set(value) <= names:
            raise Malformed(where, value, "an object of " + ", ".join(sorted(names)))
        out.put(0, int(self.more))
        for name in self.parts:
            if name.endswith("?"):
                out.put(name[:-1] in value, 1)
        for name, kind in self.parts.items():
            bare = name.rstrip("?")
            if bare in value:
                kind.put(out, value[bare], f"{where}.{bare}")
            elif bare == name:
                raise Malformed(f"{where}.{bare}", "nothing", "the field must be there")

    def take(self, bits: Read, where: str) -> dict[str, Any]:
        """Which are there, then each in order; what a later edition added is passed over."""
        later = bits.take(int(self.more), where)
        there = [not name.endswith("?") or bool(bits.take(1, where)) for name in self.parts]
        found = {
            name.rstrip("?"): kind.take(bits, f"{where}.{name.rstrip('?')}")
            for (name, kind), is_there in zip(self.parts.items(), there, strict=True)
            if is_there
        }
        if later:
            count = bits.take_small(where) + 1
            for _ in range(bits.take(count, where).bit_count()):
                bits.take_octets(where)
        return found


@dataclass(frozen=True)
class OneOf:
    """One of several parts by its name."""

    ways: Mapping[str, Type]
    more: bool = False

    def put(self, out: Written, value: Any, where: str) -> None:
        """Which one, then itself."""
        name = str(next(iter(value))) if isinstance(value, dict) and len(value) == 1 else ""
        if name not in self.ways:
            raise Malformed(where, value, "one of " + ", ".join(self.ways))
        out.put(0, int(self.more))
        out.put(list(self.ways).index(name), (len(self.ways) - 1).bit_length())
        self.ways[name].put(out, value[name], f"{where}.{name}")

    def take(self, bits: Read, where: str) -> dict[str, Any]:
        """One of a later edition is passed over, and known by its number only."""
        if bits.take(int(self.more), where):
            return {f"later {bits.take_small(where)}": bits.take_octets(where).hex()}
        number = bits.take((len(self.ways) - 1).bit_length(), where)
        if number >= len(self.ways):
            raise Malformed(where, number, f"0 to {len(self.ways) - 1}")
        name = list(self.ways)[number]
        return {name: self.ways[name].take(bits, f"{where}.{name}")}
