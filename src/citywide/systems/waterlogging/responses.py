"""What an alarm about water calls for."""

from collections.abc import Iterator

from citywide.hub import Alarm, City, CloseCase, Command, Notify, OpenCase, Publish, Text
from citywide.hub.alarms.mending import mend, speaks_again
from citywide.ports.waterlogging import RoadImpassable, RoadPassable
from citywide.systems.waterlogging.model import BROKEN_GAUGE, CREW, FLOODED_ROAD


def send_crew(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Open a case for the nearest free crew, or for nobody yet, so that the console shows the gap."""
    yield OpenCase(
        title=Text(f"Pump out {alarm.about.name}", f"抽排{alarm.about.name}积水"),
        category=FLOODED_ROAD.name,
        about=alarm.about,
        wants=CREW.name,
        because=alarm.id,
    )


def stand_down(alarm: Alarm, _city: City) -> Iterator[Command]:
    """The road is dry: the case is closed and its crew is free."""
    yield CloseCase(because=alarm.id, note=Text(f"{alarm.about.name} is dry again", f"{alarm.about.name}积水已退"))


def tell_of_closing(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Whoever drives in this city must know."""
    name = alarm.about.name
    yield Publish(RoadImpassable(alarm, Text(f"all are told: no way through {name}", f"通告各方：{name}禁止通行")))


def tell_of_opening(alarm: Alarm, _city: City) -> Iterator[Command]:
    """And know when it is over."""
    name = alarm.about.name
    yield Publish(RoadPassable(alarm, Text(f"all are told: {name} is open again", f"通告各方：{name}恢复通行")))


def warn(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Tell the duty officer before the water comes."""
    yield Notify("drainage", "officer", alarm.says)


GAUGE = Text("gauge", "液位计")
mend_gauge, gauge_speaks_again = mend(GAUGE, BROKEN_GAUGE), speaks_again(GAUGE)
