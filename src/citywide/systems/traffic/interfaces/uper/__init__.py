"""SPAT, MapData and SRM in their compact form on the air: their J2735 JSON, packed (ITU-T X.691)."""

from collections.abc import Sequence
from typing import Any

from citywide.systems.traffic.interfaces import map as geometry
from citywide.systems.traffic.interfaces import spat as lights
from citywide.systems.traffic.interfaces import srm as requests
from citywide.systems.traffic.interfaces.fields import Malformed
from citywide.systems.traffic.interfaces.map import CrossingMap
from citywide.systems.traffic.interfaces.spat import Spat
from citywide.systems.traffic.interfaces.srm import SignalRequests
from citywide.systems.traffic.interfaces.uper.bits import Read, Written
from citywide.systems.traffic.interfaces.uper.joined import Parts
from citywide.systems.traffic.interfaces.uper.map_parts import MAP
from citywide.systems.traffic.interfaces.uper.spat_parts import SPAT
from citywide.systems.traffic.interfaces.uper.srm_parts import SRM

MOST_CROSSINGS, NUMBER = 32, 16  # the first of the number's bits says: no extension


def pack_spat(spats: Sequence[Spat]) -> bytes:
    """A MessageFrame with the lights of 1 to 32 crossings."""
    _fits(len(spats), "SPAT")
    return _packed(lights.MESSAGE_ID, SPAT, lights.as_fields(spats), "SPAT")


def unpack_spat(data: bytes) -> tuple[tuple[Spat, ...], tuple[Malformed, ...]]:
    """Crossings that can be read, and what was refused with its place; a broken frame is an error."""
    return lights.from_fields(_unpacked(lights.MESSAGE_ID, SPAT, data, "SPAT"))


def pack_map(maps: Sequence[CrossingMap]) -> bytes:
    """A MessageFrame with the lanes of 1 to 32 crossings."""
    _fits(len(maps), "MAP")
    return _packed(geometry.MESSAGE_ID, MAP, geometry.as_fields(maps), "MAP")


def unpack_map(data: bytes) -> tuple[tuple[CrossingMap, ...], tuple[Malformed, ...]]:
    """Crossings that can be read, and what was refused with its place; a broken frame is an error."""
    return geometry.from_fields(_unpacked(geometry.MESSAGE_ID, MAP, data, "MAP"))


def pack_srm(asked: SignalRequests) -> bytes:
    """A MessageFrame with what a vehicle asks for."""
    return _packed(requests.MESSAGE_ID, SRM, requests.as_fields(asked), "SRM")


def unpack_srm(data: bytes) -> tuple[SignalRequests, tuple[Malformed, ...]]:
    """The requests that can be read, and what was refused with its place; a broken frame is an error."""
    return requests.from_fields(_unpacked(requests.MESSAGE_ID, SRM, data, "SRM"))


def _fits(crossings: int, name: str) -> None:
    if not 1 <= crossings <= MOST_CROSSINGS:
        raise Malformed(f"{name}.intersections", f"{crossings} crossings", f"1 to {MOST_CROSSINGS} in one message")


def _packed(number: int, kind: Parts, fields: dict[str, Any], name: str) -> bytes:
    body, frame = Written(), Written()
    kind.put(body, fields, name)
    inside = body.as_bytes()
    frame.put(number, NUMBER)
    frame.put_length(len(inside), name)
    return frame.as_bytes() + inside


def _unpacked(number: int, kind: Parts, data: bytes, name: str) -> dict[str, Any]:
    frame = Read(data)
    if frame.take(NUMBER, "messageId") != number:
        raise Malformed("messageId", data[:2].hex(), f"{number:04x} for {name}")
    length, whole = frame.take_length(name), len(data)
    inside = data[frame.at // 8 :]
    if len(inside) < length:
        raise Malformed(name, f"{whole} bytes", f"{length} bytes after the length")
    return kind.take(Read(inside[:length]), name)
