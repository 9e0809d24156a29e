"""The shapes of GeoReport v2, as JSON and as XML."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response

Item = Mapping[str, Any]
KINDS = {"json": "application/json; charset=utf-8", "xml": "application/xml; charset=utf-8"}


class Fault(Exception):  # noqa: N818 - the specification's errors
    """A request that the specification answers with a code and a description."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


def split(name: str) -> tuple[str, str]:
    """`services.json` is what is asked for and how it is to be written."""
    what, _, kind = name.rpartition(".")
    if kind not in KINDS or not what:
        raise Fault(404, f"{name!r}: ask for .json or .xml")
    return what, kind


def answered(
    name: str, root: str, item: str, work: Callable[[str], Sequence[Item] | Item], status: int = 200
) -> Response[bytes]:
    """Do what was asked and write it in the format asked for; a fault is written likewise."""
    kind = "json"
    try:
        what, kind = split(name)
        return _written(work(what), kind, root, item, status)
    except Fault as fault:
        listed = [{"code": str(fault.code), "description": str(fault)}]
        return _written(listed, kind, "errors", "error", fault.code)


def moment(text: str, name: str, zone: str) -> datetime:
    """A W3C date and time with its zone; a date alone begins at the city's own midnight."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise Fault(400, f"{name} {text!r}: a time like 2026-03-02T08:00:00+08:00") from error
    if found.tzinfo is None and len(text) == len("2026-03-02"):
        return found.replace(tzinfo=ZoneInfo(zone))
    if found.tzinfo is None:
        raise Fault(400, f"{name} {text!r} has no time zone")
    return found


def _written(found: Sequence[Item] | Item, kind: str, root: str, item: str, status: int) -> Response[bytes]:
    body = msgspec.json.encode(found) if kind == "json" else _xml(found, root, item)
    return Response(body, status_code=status, media_type=KINDS[kind])


def _xml(found: Sequence[Item] | Item, root: str, item: str) -> bytes:
    top = ET.Element(root)
    if isinstance(found, Mapping):
        _fill(top, found)
    else:
        for each in found:
            _fill(ET.SubElement(top, item), each)
    return ET.tostring(top, encoding="utf-8", xml_declaration=True)


def _fill(element: ET.Element, values: Item) -> None:
    for name, value in values.items():
        child = ET.SubElement(element, name)
        if isinstance(value, list | tuple):
            for each in value:
                part = ET.SubElement(child, name.removesuffix("s"))
                if isinstance(each, Mapping):
                    _fill(part, each)
                else:
                    part.text = _plain(each)
        else:
            child.text = _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
    return "".join(each for each in text if each >= " " or each in "\t\n")
