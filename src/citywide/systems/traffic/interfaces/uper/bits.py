"""Bits one after the other, and the two ways in which the unaligned packed encoding (ITU-T X.691) counts things."""

from dataclasses import dataclass, field

from citywide.systems.traffic.interfaces.fields import Malformed

MOST_BYTES = 16_383  # longer ones would come in fragments, which no roadside message does


@dataclass
class Written:
    """Bits that are put down."""

    bits: list[str] = field(default_factory=list[str])

    def put(self, value: int, width: int) -> None:
        """A whole number, the highest bit first."""
        if width:
            self.bits.append(f"{value:0{width}b}")

    def put_length(self, octets: int, where: str) -> None:
        """How many octets follow."""
        if octets > MOST_BYTES:
            raise Malformed(where, f"{octets} bytes", f"at most {MOST_BYTES} bytes")
        self.put(octets, 8) if octets < 128 else self.put(0x8000 | octets, 16)

    def as_bytes(self) -> bytes:
        """Filled with zeros to whole bytes."""
        bits = "".join(self.bits)
        bits += "0" * (-len(bits) % 8)
        return int(bits or "0", 2).to_bytes(len(bits) // 8, "big")


@dataclass
class Read:
    """Bits that are taken one after the other; the end of the message is an error with its place."""

    data: bytes
    at: int = 0

    def take(self, width: int, where: str) -> int:
        """The next whole number."""
        end = self.at + width
        if end > 8 * len(self.data):
            raise Malformed(f"{where}, bit {self.at}", "the end of the message", f"{width} more bits")
        whole = int.from_bytes(self.data[self.at // 8 : (end + 7) // 8], "big")
        self.at = end
        return whole >> (-end % 8) & ((1 << width) - 1)

    def take_length(self, where: str) -> int:
        """How many things follow."""
        first = self.take(8, where)
        if first & 0xC0 == 0xC0:
            raise Malformed(where, "a part in fragments", f"at most {MOST_BYTES} bytes in one piece")
        return (first & 0x3F) << 8 | self.take(8, where) if first & 0x80 else first

    def take_small(self, where: str) -> int:
        """A number that is nearly always below 64."""
        if not self.take(1, where):
            return self.take(6, where)
        return self.take(8 * self.take_length(where), where)

    def take_octets(self, where: str) -> bytes:
        """A part with its own length in front."""
        octets = self.take_length(where)
        return self.take(8 * octets, where).to_bytes(octets, "big")
