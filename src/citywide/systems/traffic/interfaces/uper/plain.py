"""How the smallest parts of a message are packed (ITU-T X.691, unaligned), each from its form in JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.uper.bits import Read, Written


class Type(Protocol):
    """A kind of part."""

    def put(self, out: Written, value: Any, where: str) -> None:
        """Pack a value."""
        ...

    def take(self, bits: Read, where: str) -> Any:
        """The next value."""
        ...


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds."""

    low: int
    high: int

    @property
    def width(self) -> int:
        """Bits that it needs."""
        return (self.high - self.low).bit_length()

    def put(self, out: Written, value: Any, where: str) -> None:
        """Its distance from the lowest."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise Malformed(where, value, f"a whole number from {self.low} to {self.high}")
        out.put(value - self.low, self.width)

    def take(self, bits: Read, where: str) -> int:
        """Back from the lowest."""
        value = self.low + bits.take(self.width, where)
        if value > self.high:
            raise Malformed(where, value, f"a whole number from {self.low} to {self.high}")
        return value


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def put(self, out: Written, value: Any, where: str) -> None:
        """One bit."""
        if not isinstance(value, bool):
            raise Malformed(where, value, "true or false")
        out.put(value, 1)

    def take(self, bits: Read, where: str) -> bool:
        """One bit."""
        return bool(bits.take(1, where))


@dataclass(frozen=True)
class Flags:
    """A few bits with a meaning each; in JSON as hexadecimal digits of whole bytes, the first bit first."""

    size: int
    more: bool = False

    def put(self, out: Written, value: Any, where: str) -> None:
        """As many bits as there are."""
        digits, spare = (self.size + 7) // 8 * 2, -self.size % 8
        try:
            found = int(value, 16) if isinstance(value, str) and len(value) == digits else -1
        except ValueError:
            found = -1
        if found < 0 or found & ((1 << spare) - 1):
            raise Malformed(where, value, f"{self.size} bits as {digits} hexadecimal digits")
        out.put(0, int(self.more))
        out.put(found >> spare, self.size)

    def take(self, bits: Read, where: str) -> str:
        """A later edition may have more of them."""
        size = bits.take_length(where) if bits.take(int(self.more), where) else self.size
        return f"{bits.take(size, where) << (-size % 8):0{(size + 7) // 8 * 2}x}"


@dataclass(frozen=True)
class Letters:
    """Plain letters of seven bits."""

    low: int
    high: int

    def put(self, out: Written, value: Any, where: str) -> None:
        """Their number, then each of them."""
        if not isinstance(value, str) or not value.isascii() or not self.low <= len(value) <= self.high:
            raise Malformed(where, value, f"{self.low} to {self.high} plain letters")
        Whole(self.low, self.high).put(out, len(value), where)
        for letter in value:
            out.put(ord(letter), 7)

    def take(self, bits: Read, where: str) -> str:
        """Their number, then each of them."""
        return "".join(chr(bits.take(7, where)) for _ in range(Whole(self.low, self.high).take(bits, where)))


@dataclass(frozen=True)
class Apart:
    """A part that others define: its octets as hexadecimal digits, unread."""

    def put(self, out: Written, value: Any, where: str) -> None:
        """With its length in front."""
        try:
            octets = bytes.fromhex(value)
        except (TypeError, ValueError):
            raise Malformed(where, value, "hexadecimal digits") from None
        out.put_length(len(octets), where)
        out.put(int.from_bytes(octets, "big"), 8 * len(octets))

    def take(self, bits: Read, where: str) -> str:
        """With its length in front."""
        return bits.take_octets(where).hex()


@dataclass(frozen=True)
class Octets:
    """So many octets, as hexadecimal digits."""

    size: int

    def put(self, out: Written, value: Any, where: str) -> None:
        """One after the other."""
        try:
            octets = bytes.fromhex(value)
        except (TypeError, ValueError):
            octets = b""
        if len(octets) != self.size:
            raise Malformed(where, value, f"{2 * self.size} hexadecimal digits")
        out.put(int.from_bytes(octets, "big"), 8 * self.size)

    def take(self, bits: Read, where: str) -> str:
        """One after the other."""
        return bits.take(8 * self.size, where).to_bytes(self.size, "big").hex()


@dataclass(frozen=True)
class Named:
    """One of several words."""

    words: Sequence[str]
    more: bool = False

    def put(self, out: Written, value: Any, where: str) -> None:
        """Its place in the list."""
        if value not in self.words:
            raise Malformed(where, value, ", ".join(self.words))
        out.put(0, int(self.more))
        out.put(self.words.index(value), (len(self.words) - 1).bit_length())

    def take(self, bits: Read, where: str) -> str:
        """A word of a later edition is known by its number only."""
        if bits.take(int(self.more), where):
            return f"later {bits.take_small(where)}"
        number = bits.take((len(self.words) - 1).bit_length(), where)
        if number >= len(self.words):
            raise Malformed(where, number, f"0 to {len(self.words) - 1}")
        return self.words[number]
