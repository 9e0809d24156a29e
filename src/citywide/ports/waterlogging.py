"""What waterlogging tells the other systems."""

from citywide.hub import Event


class RoadImpassable(Event, frozen=True):
    """Water stands too deep on a road for anything on wheels, until `RoadPassable`."""


class RoadPassable(Event, frozen=True):
    """The water on that road is shallow enough again."""
