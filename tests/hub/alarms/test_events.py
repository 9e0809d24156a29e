"""News from one system reaches those who listen, within the transaction of the alarm, and goes no further."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from msgspec import structs

from citywide.app import EVERYTHING
from citywide.hub import City, Command, Event, Listener, Note, OpenCase, Publish, Reading, System, Text
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.vocabulary.check import faults
from citywide.ports.waterlogging import RoadImpassable
from citywide.systems import waterlogging
from tests.systems.waterlogging.test_story import ELM_STREET

WATER = structs.replace(waterlogging.SYSTEM, schedules=())


def takes_note(event: RoadImpassable, _city: City) -> Iterator[Command]:
    yield Note("seen", Text(f"water at {event.alarm.about.name}", "已知悉"))


def sends(category: str) -> Listener:
    def send(event: RoadImpassable, _city: City) -> Iterator[Command]:
        yield OpenCase(Text("Go", "出动"), category, about=event.alarm.about, because=event.alarm.id)

    return send


def stumbles(_event: RoadImpassable, _city: City) -> Iterator[Command]:
    yield Note("seen", Text("begun", "已开始"))
    raise RuntimeError("no map")


def echoes(event: RoadImpassable, _city: City) -> Iterator[Command]:
    yield Publish(event)


def listening(name: str, listener: Listener) -> System:
    return System(name, Text(name, name), "ecology", on_event={RoadImpassable: listener})


@pytest.fixture
def told(settings: Settings) -> Iterator[list[str]]:
    """What a city of three listeners writes down when its underpass fills."""
    answers = (takes_note, stumbles, echoes, sends("flooded_road"), sends("broken_gauge"))
    heard = [listening(f"listener {number}", answer) for number, answer in enumerate(answers)]
    city = TrialCity(settings, [WATER, *heard])
    city.add(ELM_STREET)
    city.clock.set(MORNING + timedelta(minutes=1))
    city.send(Reading(ELM_STREET.id, "water_depth", MORNING, 31, "cm"))
    yield [line[6:] for line in city.story().splitlines()]
    city.close()


def test_each_listener_acts_and_one_that_fails_takes_only_itself_back(told: list[str]) -> None:
    assert "seen   water at Elm Street underpass" in told
    assert not any("begun" in line for line in told)
    assert "fault  no answer to alarm 2: no map" in told
    circles = "a listener to RoadImpassable publishes: events would go round in circles"
    assert f"fault  no answer to alarm 2: {circles}" in told
    assert sum(line.startswith("event") for line in told) == 1


def test_each_listener_may_have_a_case_of_its_own_for_the_same_alarm(told: list[str]) -> None:
    opened = [line for line in told if line.startswith("case") and "opened: Go" in line]
    assert len(opened) == 1
    assert any("another report of the same matter: Go" in line for line in told)
    assert not any("duplicate" in line for line in told)


def test_who_listens_to_what_nobody_publishes_is_told() -> None:
    class Nothing(Event, frozen=True):
        """A word without a speaker."""

    deaf = System("deaf", Text("Deaf", "聋"), "ecology", on_event={Nothing: takes_note})
    assert faults([*EVERYTHING, deaf]) == ["deaf: a listener hears Nothing, which nobody publishes"]
