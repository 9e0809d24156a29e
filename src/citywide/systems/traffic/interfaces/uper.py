"""SPaT in its compact form on the air: the unaligned packed encoding (ITU-T X.691) of the parts that we use."""

from dataclasses import dataclass, field

from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.spat import MESSAGE_ID, UNKNOWN_MARK, Event, Movement, Spat

EVENTS = tuple(Event)  # the order of their declaration is their number in the standard
MARK, MINUTE, SECOND, NUMBER, GROUP = 16, 20, 16, 16, 8
MOST_BYTES = 16_383


@dataclass
class Bits:
    """Bits one after the other."""

    bits: list[int] = field(default_factory=list[int])
    at: int = 0

    def put(self, value: int, width: int) -> None:
        """A whole number, the highest bit first."""
        self.bits += [value >> place & 1 for place in range(width - 1, -1, -1)]

    def take(self, width: int) -> int:
        """The next whole number; the end of the message is an error."""
        if self.at + width > len(self.bits):
            raise Malformed(f"SPAT, bit {self.at}", "the end of the message", f"{width} more bits")
        found = self.bits[self.at : self.at + width]
        self.at += width
        return int("".join(map(str, found)) or "0", 2)

    def as_bytes(self) -> bytes:
        """Filled with zeros to whole bytes."""
        filled = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(int("".join(map(str, filled[at : at + 8])), 2) for at in range(0, len(filled), 8))

    @classmethod
    def of(cls, data: bytes) -> "Bits":
        """The bits of a message."""
        return cls([byte >> place & 1 for byte in data for place in range(7, -1, -1)])


def pack_spat(spats: tuple[Spat, ...]) -> bytes:
    """A MessageFrame with the lights of 1 to 32 crossings."""
    if not 1 <= len(spats) <= 32:
        raise Malformed("SPAT.intersections", f"{len(spats)} crossings", "1 to 32 in one message")
    body = Bits()
    body.put(0b0000, 4)  # no extension, time, name or region
    body.put(len(spats) - 1, 5)
    for spat in spats:
        _put_crossing(body, spat)
    inside = body.as_bytes()
    frame = Bits()
    frame.put(MESSAGE_ID, 16)  # the first of these bits says: no extension
    frame.put(len(inside), 8) if len(inside) < 128 else frame.put(0x8000 | len(inside), 16)
    return frame.as_bytes() + inside


def unpack_spat(data: bytes) -> tuple[Spat, ...]:
    """The lights in a MessageFrame; what uses parts that we do not read is refused with its place."""
    frame = Bits.of(data)
    if frame.take(16) != MESSAGE_ID:
        raise Malformed("messageId", data[:2].hex(), f"{MESSAGE_ID:04x} for SPAT")
    length = frame.take(8)
    length = (length & 0x3F) << 8 | frame.take(8) if length & 0x80 else length
    if len(data) * 8 - frame.at < length * 8 or length > MOST_BYTES:
        raise Malformed("SPAT", f"{len(data)} bytes", f"{length} bytes after the length")
    extended, timed, named, regional = (frame.take(1) for _ in range(4))
    _refuse("SPAT", extended=extended, name=named, regional=regional)
    frame.take(MINUTE if timed else 0)
    return tuple(_crossing(frame) for _ in range(frame.take(5) + 1))


def _put_crossing(body: Bits, spat: Spat) -> None:
    if not 1 <= len(spat.movements) <= 255:
        raise Malformed(f"SPAT, crossing {spat.crossing}", f"{len(spat.movements)} movements", "1 to 255")
    body.put(0b00, 2)  # no extension, no name
    body.put(spat.minute is not None, 1)
    body.put(spat.ms is not None, 1)
    body.put(0b0000, 4)  # no enabled lanes, assistance or region; the reference has no region either
    body.put(spat.crossing, NUMBER)
    body.put(spat.revision, 7)
    body.put(0, 16)  # status
    body.put(spat.minute or 0, MINUTE if spat.minute is not None else 0)
    body.put(spat.ms or 0, SECOND if spat.ms is not None else 0)
    body.put(len(spat.movements) - 1, 8)
    for movement in spat.movements:
        _put_movement(body, movement)


def _put_movement(body: Bits, movement: Movement) -> None:
    body.put(0b0000, 4)  # no extension, name, assistance or region
    body.put(movement.group, GROUP)
    body.put(0, 4)  # one event
    marks = (movement.min_end, movement.max_end, movement.likely_end)
    timed = any(mark is not None for mark in marks)
    body.put(0b0100 if timed else 0, 4)  # extension, timing, speeds, region
    body.put(EVENTS.index(movement.event), 4)
    if timed:
        body.put(0, 1)  # start
        body.put(marks[1] is not None, 1)
        body.put(marks[2] is not None, 1)
        body.put(0b00, 2)  # confidence, next
        body.put(UNKNOWN_MARK if marks[0] is None else marks[0], MARK)
        for mark in marks[1:]:
            body.put(mark or 0, MARK if mark is not None else 0)


def _crossing(frame: Bits) -> Spat:
    extended, named, minute, ms, lanes, assists, regional = (frame.take(1) for _ in range(7))
    frame.take(16 if frame.take(1) else 0)  # the region of the reference
    number, revision = frame.take(NUMBER), frame.take(7)
    _refuse(f"SPAT, crossing {number}", extended=extended, name=named, lanes=lanes, assists=assists, regional=regional)
    frame.take(16)
    when = (frame.take(MINUTE) if minute else None, frame.take(SECOND) if ms else None)
    movements = tuple(_movement(frame) for _ in range(frame.take(8) + 1))
    return Spat(number, revision, *when, movements)


def _movement(frame: Bits) -> Movement:
    extended, named, assists, regional = (frame.take(1) for _ in range(4))
    group, events = frame.take(GROUP), frame.take(4) + 1
    _refuse(f"SPAT, group {group}", extended=extended, name=named, assists=assists, regional=regional)
    found = [_event(frame, group) for _ in range(events)]
    return found[0]


def _event(frame: Bits, group: int) -> Movement:
    extended, timed, speeds, regional = (frame.take(1) for _ in range(4))
    _refuse(f"SPAT, group {group}", extended=extended, speeds=speeds, regional=regional)
    number = frame.take(4)
    if number >= len(EVENTS):
        raise Malformed(f"SPAT, group {group}", f"event {number}", f"0 to {len(EVENTS) - 1}")
    return Movement(group, EVENTS[number], *(_marks(frame) if timed else ()))


def _marks(frame: Bits) -> tuple[int | None, int | None, int | None]:
    start, most, likely, sure, then = (frame.take(1) for _ in range(5))
    frame.take(MARK if start else 0)
    marks = [frame.take(MARK), frame.take(MARK) if most else None, frame.take(MARK) if likely else None]
    frame.take(4 if sure else 0)
    frame.take(MARK if then else 0)
    known = [None if mark == UNKNOWN_MARK else mark for mark in marks]
    return known[0], known[1], known[2]


def _refuse(where: str, **parts: int) -> None:
    unread = [name for name, there in parts.items() if there]
    if unread:
        raise Malformed(where, ", ".join(unread), "a SPAT without these parts, or the JSON form")
