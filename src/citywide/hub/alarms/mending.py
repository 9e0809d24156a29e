"""The one answer to a device that cannot be trusted: a case of its own, closed when the device speaks again."""

from collections.abc import Iterator

from citywide.hub.vocabulary.affairs import Alarm, Category
from citywide.hub.vocabulary.commands import CloseCase, Command, OpenCase
from citywide.hub.vocabulary.system import City, Response
from citywide.kit.text import Text


def called(alarm: Alarm) -> Text:
    """What the alarm is about, by both its names."""
    name = alarm.about.name
    return Text(str(alarm.about.facts.get("name_en", name)), name)


def mend(device: Text, category: Category) -> Response:
    """Whoever answers for such devices is to look at this one."""

    def answer(alarm: Alarm, _city: City) -> Iterator[Command]:
        name = called(alarm)
        yield OpenCase(
            title=Text(f"Mend the {device.en} at {name.en}", f"检修{name.zh}{device.zh}"),
            category=category.name,
            about=alarm.about,
            because=alarm.id,
            details=alarm.says.zh,
        )

    return answer


def speaks_again(device: Text) -> Response:
    """A device that speaks again needs nobody."""

    def answer(alarm: Alarm, _city: City) -> Iterator[Command]:
        yield CloseCase(because=alarm.id, note=Text(f"the {device.en} speaks again", f"{device.zh}已恢复"))

    return answer
