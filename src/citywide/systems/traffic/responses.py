"""What an alarm about traffic calls for."""

from collections.abc import Iterator

from citywide.hub import Alarm, City, CloseCase, Command, Notify, OpenCase, Text
from citywide.hub.alarms.mending import called, mend, speaks_again
from citywide.systems.traffic.model import BROKEN_DETECTOR, DEPARTMENT, OFFICER


def send_officer(alarm: Alarm, _city: City) -> Iterator[Command]:
    """The nearest free officer drives there; without one the case waits openly."""
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


def tell_desk(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Congestion is known to the desk; nobody is sent for it alone."""
    yield Notify(DEPARTMENT, "officer", alarm.says)


DETECTOR = Text("detector", "检测器")
mend_detector, detector_speaks_again = mend(DETECTOR, BROKEN_DETECTOR), speaks_again(DETECTOR)
