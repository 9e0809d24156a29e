"""What an alarm about traffic calls for."""

from collections.abc import Iterator

from citywide.hub import Alarm, City, CloseCase, Command, Notify, OpenCase, Text
from citywide.systems.traffic.model import BROKEN_DETECTOR, DEPARTMENT, OFFICER


def called(alarm: Alarm) -> Text:
    """What the alarm is about, by both its names."""
    name = alarm.about.name
    return Text(str(alarm.about.facts.get("name_en", name)), name)


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


def mend_detector(alarm: Alarm, _city: City) -> Iterator[Command]:
    """A detector that cannot be trusted is a case of its own; the lights run on what is left."""
    yield OpenCase(
        title=Text(f"Mend the detector at {called(alarm).en}", f"检修{called(alarm).zh}检测器"),
        category=BROKEN_DETECTOR.name,
        about=alarm.about,
        because=alarm.id,
        details=alarm.says.zh,
    )


def detector_speaks_again(alarm: Alarm, _city: City) -> Iterator[Command]:
    """A detector that speaks again needs nobody."""
    yield CloseCase(because=alarm.id, note=Text("the detector speaks again", "检测器已恢复"))


def tell_desk(alarm: Alarm, _city: City) -> Iterator[Command]:
    """Congestion is known to the desk; nobody is sent for it alone."""
    yield Notify(DEPARTMENT, "officer", alarm.says)
