"""What an alarm about traffic calls for."""

from collections.abc import Iterator
from pathlib import Path

from citywide.hub import Alarm, City, CloseCase, Command, Notify, OpenCase, Text
from citywide.hub.alarms.mending import called, mend, speaks_again
from citywide.hub.database.queries import queries_of
from citywide.ports.waterlogging import RoadImpassable, RoadPassable
from citywide.systems.traffic.model import BROKEN_DETECTOR, CLOSED_ROAD, DEPARTMENT, OFFICER

_QUERIES = queries_of(Path(__file__).parent)


def send_officer(alarm: Alarm, city: City) -> Iterator[Command]:
    """The nearest free officer drives there; without one the case waits openly. Who works in a lane is no incident."""
    if city.rows(_QUERIES["works_of_lane"], {"lane": alarm.about.id, "at": alarm.raised}):
        return
    yield OpenCase(
        title=Text(f"Clear {called(alarm).en}", f"疏导{called(alarm).zh}"),
        category=alarm.rule,
        about=alarm.about,
        wants=OFFICER.name,
        because=alarm.id,
        details=alarm.says.zh,
    )


def road_is_free(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Traffic flows: the case is closed and its officer is free."""
    yield CloseCase(because=alarm.id, note=Text(f"{called(alarm).en} is free again", f"{called(alarm).zh}恢复通行"))


def close_road(event: RoadImpassable, _city: City) -> Iterator[Command]:
    """An officer keeps everybody out; while the case is open, nobody is sent through there."""
    name, water = event.alarm.about.name, event.alarm.says
    yield OpenCase(
        title=Text(f"Close the road at {name}", f"封闭{name}"),
        category=CLOSED_ROAD.name,
        about=event.alarm.about,
        wants=OFFICER.name,
        because=event.alarm.id,
        details=water.zh,
    )


def open_road(event: RoadPassable, _city: City) -> Iterator[Command]:
    """The road is given back, and its officer is free."""
    name = event.alarm.about.name
    yield CloseCase(because=event.alarm.id, note=Text(f"{name} is open again", f"{name}恢复通行"))


def tell_desk(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Congestion is known to the desk; nobody is sent for it alone."""
    yield Notify(DEPARTMENT, "officer", alarm.says)


DETECTOR = Text("detector", "检测器")
mend_detector, detector_speaks_again = mend(DETECTOR, BROKEN_DETECTOR), speaks_again(DETECTOR)
