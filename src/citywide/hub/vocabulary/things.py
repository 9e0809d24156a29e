"""What stands in the city and what is measured of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from citywide.kit.geometry import Point
from citywide.kit.text import Text


class Kind(Struct, frozen=True):
    """A kind of thing: gauge, crew, ward; `facts` are the names its entities may state about themselves."""

    name: str
    label: Text
    facts: tuple[str, ...] = ()
    moves: bool = False

    @property
    def is_unit(self) -> bool:
        """Whether it is sent to cases: what has shifts goes out."""
        return "on_shift" in self.facts


class Quantity(Struct, frozen=True):
    """What a reading measures, its unit, and the range outside which a value is nonsense.

    It is to be heard `every` so often at least; None is said only when there is something to say.
    """

    name: str
    unit: str
    label: Text
    low: float = float("-inf")
    high: float = float("inf")
    every: timedelta | None = timedelta(hours=1)


GONE = Quantity("gone", "", Text("gone", "已离线"), low=0, high=1, every=None)  # the hub's own word, of any thing


class Entity(Struct, frozen=True):
    """One thing of the city: where it is, whose it is, and what is known of it."""

    id: str
    kind: str
    name: str
    place: Point | None = None
    department: str = ""
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


class Reading(Struct, frozen=True):
    """One value of one quantity at one entity at one time, as it came in."""

    entity: str
    quantity: str
    time: datetime
    value: float
    unit: str | None = None
