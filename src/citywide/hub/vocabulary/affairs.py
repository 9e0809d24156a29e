"""Alarms and cases: what went wrong and who is mending it."""

from datetime import datetime, timedelta

from msgspec import Struct

from citywide.hub.vocabulary.things import Entity
from citywide.kit.text import Text


class Alarm(Struct, frozen=True):
    """A rule that fired at an entity; acknowledged is not cleared."""

    id: int
    rule: str
    severity: str
    about: Entity
    raised: datetime
    value: float
    says: Text
    acknowledged: datetime | None = None
    cleared: datetime | None = None


class Category(Struct, frozen=True):
    """What a case is about: the department that answers for it and its deadline in working time.

    Residents report, see and join what is `reportable`; all else is for staff. While a case that `closes_road` is
    open, nobody is sent along the road at its place.
    """

    name: str
    label: Text
    department: str
    within: timedelta
    around_the_clock: bool = False
    merge_within_m: float = 50.0
    merge_within: timedelta = timedelta(hours=24)
    ladder: tuple[float, ...] = (0.5, 0.8, 1.0, 1.5)
    reportable: bool = False
    closes_road: bool = False


OUTAGE = Category(
    "outage",
    Text("Outage", "大面积离线"),
    "urban_management",
    timedelta(hours=4),
    around_the_clock=True,
    merge_within_m=0,
)
"""Many devices of a department that fail at once; the named department answers for things that are nobody's."""
