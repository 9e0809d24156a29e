"""What a device that cannot be trusted calls for."""

from datetime import UTC, datetime, timedelta
from typing import cast

from citywide.hub import Alarm, Category, City, CloseCase, Entity, OpenCase, Text
from citywide.hub.alarms.mending import mend, speaks_again

PUMP = Text("pump", "水泵")
BROKEN = Category("broken_pump", Text("Broken pump", "水泵故障"), "drainage", timedelta(hours=8))
NOBODY = cast("City", None)


def an_alarm(**facts: object) -> Alarm:
    about = Entity("pump/1", "pump", "榆树街", None, "drainage", facts)
    return Alarm(7, "pump_silent", "notice", about, datetime(2026, 7, 5, tzinfo=UTC), 1, Text("silent", "失联"))


def test_a_broken_device_is_a_case_of_the_alarm_under_both_its_names():
    (case,) = mend(PUMP, BROKEN)(an_alarm(name_en="Elm Street"), NOBODY)
    assert isinstance(case, OpenCase)
    assert case.title == Text("Mend the pump at Elm Street", "检修榆树街水泵")
    assert (case.category, case.because, case.details) == ("broken_pump", 7, "失联")


def test_a_device_without_an_english_name_is_called_by_the_one_it_has():
    (case,) = mend(PUMP, BROKEN)(an_alarm(), NOBODY)
    assert isinstance(case, OpenCase)
    assert case.title.en == "Mend the pump at 榆树街"


def test_a_device_that_speaks_again_closes_its_case():
    (done,) = speaks_again(PUMP)(an_alarm(), NOBODY)
    assert done == CloseCase(because=7, note=Text("the pump speaks again", "水泵已恢复"))
