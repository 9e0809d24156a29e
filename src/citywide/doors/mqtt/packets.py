"""The few MQTT 3.1.1 packets a reader of readings needs, taken from a stream of bytes in bulk."""

from collections.abc import Iterator
from urllib.parse import SplitResult

from msgspec import Struct

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP = 2, 3, 4, 9, 13
PING = b"\xc0\x00"


class Message(Struct, frozen=True):
    """A message at quality of service 0 (no number) or 1; a retained one is from before we listened."""

    topic: str
    payload: bytes
    number: int | None
    retained: bool = False


class Answer(Struct, frozen=True):
    """Any other packet from the broker: its type and its body."""

    kind: int
    body: bytes


class Stream:
    """Bytes in, whole packets out; what is not whole yet waits."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Message | Answer]:
        """The packets that are whole now."""
        buffer, at = self._rest + data, 0
        while (span := _span(buffer, at)) is not None:
            start, end = span
            yield _packet(buffer[at], buffer[start:end])
            at = end
        self._rest = buffer[at:]


def connect(name: str, broker: SplitResult, keep_alive_s: int = 30) -> bytes:
    """CONNECT with a session that outlives the connection, so that nothing unacknowledged is lost."""
    flags = 0x00 | (0x80 if broker.username else 0) | (0x40 if broker.password else 0)
    fields = [name] + [field for field in (broker.username, broker.password) if field]
    body = _text("MQTT") + bytes([4, flags]) + keep_alive_s.to_bytes(2, "big")
    return _framed(0x10, body + b"".join(map(_text, fields)))


def subscribe(topics: list[str]) -> bytes:
    """SUBSCRIBE at quality of service 1."""
    return _framed(0x82, b"\x00\x01" + b"".join(_text(topic) + b"\x01" for topic in topics))


def acknowledge(numbers: list[int]) -> bytes:
    """PUBACK for many messages in one write."""
    return b"".join(b"\x40\x02" + number.to_bytes(2, "big") for number in numbers)


def publish(topic: str, payload: bytes, number: int | None = None) -> bytes:
    """PUBLISH, at quality of service 1 when it carries a number."""
    head = _text(topic) + (b"" if number is None else number.to_bytes(2, "big"))
    return _framed(0x30 if number is None else 0x32, head + payload)


def _packet(first: int, body: bytes) -> Message | Answer:
    if first >> 4 != PUBLISH:
        return Answer(first >> 4, body)
    size = int.from_bytes(body[:2], "big")
    topic, retained = body[2 : 2 + size].decode("utf-8", "replace"), bool(first & 0x01)
    if first & 0x06:
        return Message(topic, body[4 + size :], int.from_bytes(body[2 + size : 4 + size], "big"), retained)
    return Message(topic, body[2 + size :], None, retained)


def _span(buffer: bytes, at: int) -> tuple[int, int] | None:
    """Where the body of the packet at `at` begins and ends; None while it is not whole."""
    size, shift, place = 0, 0, at + 1
    while place < len(buffer) and place <= at + 4:
        byte = buffer[place]
        size |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return (place, place + size) if place + size <= len(buffer) else None
    if place > at + 4:
        raise ConnectionError("a length of five bytes is no MQTT")
    return None


def _framed(first: int, body: bytes) -> bytes:
    size, head = len(body), bytearray([first])
    while True:
        size, digit = size >> 7, size & 0x7F
        head.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(head) + body


def _text(text: str) -> bytes:
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw
