"""A recording: what devices and channels said to the hub's doors, a JSON line each."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import DecodeError, Struct, json


class Line(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A message to the broker (topic, payload), or a request to the HTTP door (path, body)."""

    topic: str = ""
    payload: Any = None
    path: str = ""
    body: Any = None

    def as_sent(self) -> bytes:
        """The payload as a device sends it: a text of its own, or JSON."""
        return self.payload.encode() if isinstance(self.payload, str) else json.encode(self.payload)


def is_recording(file: Path) -> bool:
    """Whether a file's first line is one of a recording."""
    if file.suffix != ".jsonl" or not file.is_file():
        return False
    with file.open("rb") as lines:
        try:
            json.decode(lines.readline(), type=Line)
        except DecodeError:
            return False
    return True


def keep(file: Path, lines: Iterable[Line]) -> None:
    """Write a recording."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"".join(json.encode(line) + b"\n" for line in lines))
