"""How far a subscriber has read: what an event's id says, and what a subscriber that was cut off brings back."""

import re
from datetime import datetime

from msgspec import Struct

from citywide.kit.clock import microseconds, moment

_ID = re.compile(r"(-1|[0-9]{1,18})(?:\.([01])(?:\.([0-9]{1,18}))?)?")  # an entry is two events at most


class Position(Struct, frozen=True):
    """Every entry up to `entry` has been told, `part` events of the next one, and latest values up to `latest`."""

    entry: int
    part: int = 0
    latest: datetime | None = None

    @property
    def id(self) -> str:
        """`17`; `17.1` between two events of one entry; `17.0.1772000000000000` with latest values."""
        if self.latest is not None:
            return f"{self.entry}.{self.part}.{microseconds(self.latest)}"
        return f"{self.entry}.{self.part}" if self.part else str(self.entry)


def position_of(id_: str) -> Position | None:
    """The position that an id stands for; anything else is as good as none."""
    found = _ID.fullmatch(id_) if id_.isascii() else None
    if found is None:
        return None
    try:
        return Position(int(found[1]), int(found[2] or 0), moment(int(found[3])) if found[3] else None)
    except OverflowError:
        return None
