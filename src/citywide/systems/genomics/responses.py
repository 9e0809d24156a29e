"""What an alarm about a study calls for."""

from collections.abc import Iterator

from citywide.hub import Alarm, City, Command, Notify
from citywide.systems.genomics.model import DEPARTMENT


def doubt(alarm: Alarm, _city: City) -> Iterator[Command]:
    """An inflated scan is told to the scientists before anybody believes its hits."""
    yield Notify(DEPARTMENT, "scientist", alarm.says)
