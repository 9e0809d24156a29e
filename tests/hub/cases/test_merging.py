"""Two cases that are one: one work, one close, and whoever told of either, person or device, is behind it."""

import pytest

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.cases.by_itself import close_because
from citywide.hub.cases.moves import CaseError, standing
from citywide.hub.cases.verdict import confirm, rate
from citywide.hub.reports.receive import followed, hash_of
from citywide.hub.screens.case import case_and_steps
from citywide.hub.testing import MORNING, TrialCity
from tests.hub.cases.joining import HOUR, SAME, do, opened, row, told


def joined(city: TrialCity, lon: float) -> tuple[tuple[int, str], tuple[int, str]]:
    """Two reports of one hole; the second's case goes on as the first's."""
    stays, goes = told(city, Point(lon, 29.1)), told(city, Point(lon, 29.2))
    do(city, goes[0], "merge", MORNING, str(stays[0]))
    return stays, goes


def test_whoever_told_of_either_reads_of_both(streets: TrialCity) -> None:
    (stays, _), (goes, link) = joined(streets, 106.1)
    for case, says in ((stays, f"#{goes} is the same matter"), (goes, f"the same matter as #{stays}")):
        (entry,) = streets.hub.database.rows(
            "select convert_from(body, 'utf8') as body from evidence.pending where body like %s",
            (f"%#{case} %{says}%".encode(),),
        )
        assert SAME in entry["body"]
    with streets.hub.database.transaction() as connection:
        shown = case_and_steps(connection, stays)["case"]
        assert (shown["reporters"], len(shown["photos"])) == (2, 2)
        assert followed(connection, link) == goes


def test_one_work_is_started_and_closed_in_one_place(streets: TrialCity) -> None:
    (stays, _), (goes, _) = joined(streets, 106.2)
    for act in ("start", "close"):
        with pytest.raises(CaseError, match=f"goes on as {stays}"):
            do(streets, goes, act)
    do(streets, stays, "close", MORNING + HOUR)
    assert row(streets, goes, "state, closed") == {"state": "closed", "closed": MORNING + HOUR}


def test_every_reporters_word_is_their_own_and_may_open_both_again(streets: TrialCity) -> None:
    (stays, first), (goes, second) = joined(streets, 106.3)
    do(streets, stays, "close")
    with streets.hub.database.transaction() as connection:
        confirm(streets.hub.desk, connection, goes, hash_of(second), MORNING)
        rate(connection, goes, hash_of(second), 1, MORNING)
        rate(connection, stays, hash_of(first), 5, MORNING)
    assert [row(streets, case)["stars"] for case in (stays, goes)] == [5, 1], "an angry word is not drowned"
    assert row(streets, stays)["confirmed"] is None, "the first who told of the one that stays has the last word"
    with streets.hub.database.transaction() as connection:
        streets.hub.desk.reopen(connection, goes, MORNING + HOUR, "resident", "still there", hash_of(second))
        assert standing(connection, goes)["state"] == "waiting"
    assert [row(streets, case)["reopened"] for case in (stays, goes)] == [1, 1]


def test_what_is_parted_later_goes_on_by_itself_and_once(streets: TrialCity) -> None:
    _, (goes, _) = joined(streets, 106.4)
    do(streets, goes, "part", MORNING + HOUR)
    assert row(streets, goes, "state, closed") == {"state": "waiting", "closed": None}
    with pytest.raises(CaseError, match="joined to no other"):
        do(streets, goes, "part")


def rings(city: TrialCity, gauge: str, rule: str) -> tuple[int, int]:
    """An alarm at a gauge, and the case that it opened or joined."""
    put = """insert into hub.alarm (rule, severity, entity, raised, value, says, answered_raise, answered_clear)
        select %s, 'warning', number, %s, 1, '{}', true, true from hub.entity where id = %s returning id"""
    (alarm,) = city.hub.database.rows(put, (rule, MORNING, gauge))
    about = Entity(gauge, "gauge", gauge, Point(106.3, 29.3), "drainage")
    order = OpenCase(Text("Pump", "抽排"), "flooded_road", about, wants="drainage_crew", because=alarm["id"])
    with city.hub.database.transaction() as connection:
        return alarm["id"], city.hub.desk.open(connection, order, MORNING)


def ends(city: TrialCity, alarm: int) -> None:
    city.hub.database.rows("update hub.alarm set cleared = %s where id = %s returning 1", (MORNING, alarm))
    with city.hub.database.transaction() as connection:
        close_because(city.hub.desk, connection, alarm, Text("dry", "已退"), MORNING)


def test_the_alarms_of_both_stand_behind_the_one_and_a_new_one_finds_it(streets: TrialCity) -> None:
    streets.add(*(Entity(f"gauge/{name}", "gauge", name, None, "drainage") for name in ("east", "west")))
    (east, stays), (west, goes) = (rings(streets, f"gauge/{name}", "deep_water") for name in ("east", "west"))
    do(streets, goes, "merge", MORNING, str(stays))
    newest, found = rings(streets, "gauge/west", "very_deep_water")
    assert found == stays
    for alarm in (east, west, newest):
        assert row(streets, stays)["state"] == "waiting", "another alarm still stands behind it"
        ends(streets, alarm)
    assert row(streets, stays)["state"] == "closed"


def test_nobody_joins_two_without_a_reason(streets: TrialCity) -> None:
    stays, goes = opened(streets), opened(streets)
    with pytest.raises(CaseError, match="without a reason"):
        do(streets, goes, "merge", MORNING, str(stays), note="")


def test_what_needs_other_hands_or_is_another_departments_is_not_joined(streets: TrialCity) -> None:
    light, pump = opened(streets), opened(streets, wants="drainage_crew")
    for case, into in ((pump, light), (light, light), (light, 0)):
        with pytest.raises(CaseError):
            do(streets, case, "merge", MORNING, str(into))
    do(streets, light, "merge", MORNING, str(pump))
    far = told(streets, Point(106.8, 29.8))[0]
    with pytest.raises(CaseError, match="the other"):
        do(streets, far, "merge", MORNING, str(pump))
