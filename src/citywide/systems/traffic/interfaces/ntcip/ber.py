"""SNMP v1 and v2c messages as bytes: the few ASN.1 types that signal controllers speak."""

from dataclasses import dataclass
from enum import IntEnum

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER, GAUGE, TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = 0x80, 0x81, 0x82
MOST_BYTES = 65_507

Oid = tuple[int, ...]
Value = int | bytes | Oid | None


class Verb(IntEnum):
    """What a message asks or answers."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3


class BadMessage(ValueError):  # noqa: N818 - the city's word
    """Bytes that are no SNMP message: where, and what was found."""


class Missing:
    """The controller has no such object."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


@dataclass(frozen=True)
class Message:
    """One SNMP message; `version` is 0 for v1 and 1 for v2c."""

    verb: Verb
    request: int
    bindings: tuple[tuple[Oid, Value | Missing], ...]
    community: bytes = b"public"
    version: int = 1
    error: int = 0
    error_at: int = 0


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    bindings = b"".join(_tlv(SEQUENCE, _oid(oid) + _value(value)) for oid, value in message.bindings)
    body = _int(message.request) + _int(message.error) + _int(message.error_at) + _tlv(SEQUENCE, bindings)
    return _tlv(SEQUENCE, _int(message.version) + _tlv(OCTETS, message.community) + _tlv(message.verb, body))


def decode(data: bytes) -> Message:
    """The message in these bytes; anything else is refused with where and what."""
    if len(data) > MOST_BYTES:
        raise BadMessage(f"{len(data)} bytes; accepted: at most {MOST_BYTES}")
    outer = _Reader(data).enter(SEQUENCE, "message")
    version = outer.integer("version")
    if version not in (0, 1):
        raise BadMessage(f"version {version}; accepted: 0 (v1) and 1 (v2c)")
    community = outer.take(OCTETS, "community")
    tag, content = outer.any("verb")
    if tag not in tuple(Verb):
        raise BadMessage(f"verb 0x{tag:02x}; accepted: {', '.join(verb.name for verb in Verb)}")
    body = _Reader(content)
    request, error, error_at = (body.integer(name) for name in ("request", "error", "error index"))
    bindings = body.enter(SEQUENCE, "bindings")
    pairs = tuple(_binding(bindings) for _ in iter(bindings.more, False))
    return Message(Verb(tag), request, pairs, community, version, error, error_at)


def oid_of(dotted: str) -> Oid:
    """1.3.6… as numbers."""
    try:
        numbers = tuple(int(part) for part in dotted.strip(".").split("."))
    except ValueError:
        raise BadMessage(f"object {dotted!r}; accepted: numbers with dots") from None
    if len(numbers) < 2 or min(numbers) < 0 or numbers[0] > 2:
        raise BadMessage(f"object {dotted!r}; accepted: at least two numbers, the first at most 2")
    return numbers


class _Reader:
    """Reads tag, length and content one after another and says what it missed."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def more(self) -> bool:
        return self.at < len(self.data)

    def any(self, what: str) -> tuple[int, bytes]:
        if self.at + 2 > len(self.data):
            raise BadMessage(f"{what}: the bytes end at {self.at}")
        tag, length = self.data[self.at], self.data[self.at + 1]
        start = self.at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or start + size > len(self.data):
                raise BadMessage(f"{what}: a length that cannot be at {self.at}")
            length, start = int.from_bytes(self.data[start : start + size], "big"), start + size
        if start + length > len(self.data):
            raise BadMessage(f"{what}: {length} bytes said, {len(self.data) - start} there")
        self.at = start + length
        return tag, self.data[start : self.at]

    def take(self, tag: int, what: str) -> bytes:
        found, content = self.any(what)
        if found != tag:
            raise BadMessage(f"{what}: type 0x{found:02x}; accepted: 0x{tag:02x}")
        return content

    def enter(self, tag: int, what: str) -> "_Reader":
        return _Reader(self.take(tag, what))

    def integer(self, what: str) -> int:
        return _signed(self.take(INTEGER, what), what)


def _binding(reader: _Reader) -> tuple[Oid, Value | Missing]:
    pair = reader.enter(SEQUENCE, "binding")
    oid = _read_oid(pair.take(OID, "object"))
    tag, content = pair.any("value")
    if tag in (NO_OBJECT, NO_INSTANCE, END_OF_VIEW):
        return oid, MISSING
    if tag == INTEGER:
        return oid, _signed(content, "value")
    if tag in (COUNTER, GAUGE, TICKS, COUNTER64):
        return oid, int.from_bytes(content, "big")
    if tag == OID:
        return oid, _read_oid(content)
    if tag == NULL:
        return oid, None
    return oid, content


def _signed(content: bytes, what: str) -> int:
    if not 1 <= len(content) <= 8:
        raise BadMessage(f"{what}: a number of {len(content)} bytes; accepted: 1 to 8")
    return int.from_bytes(content, "big", signed=True)


def _read_oid(content: bytes) -> Oid:
    if not content or content[-1] & 0x80:
        raise BadMessage("object: the number does not end")
    numbers, value = list[int](), 0
    for byte in content:
        value = (value << 7) | (byte & 0x7F)
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _int(value: int) -> bytes:
    return _tlv(INTEGER, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def _oid(oid: Oid) -> bytes:
    return _tlv(OID, b"".join(map(_base128, (40 * oid[0] + oid[1], *oid[2:]))))


def _base128(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(0x80 | (value & 0x7F))
    return bytes(reversed(parts))


def _value(value: Value | Missing) -> bytes:
    if isinstance(value, Missing):
        return _tlv(NO_OBJECT, b"")
    if value is None:
        return _tlv(NULL, b"")
    if isinstance(value, int):
        return _int(value)
    return _tlv(OCTETS, value) if isinstance(value, bytes) else _oid(value)
