"""However seldom anybody looks, each rung is told once, in order, to whom it concerns."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection, OperationalError

from citywide.hub import OpenCase, Text
from citywide.hub.cases.steps import step
from citywide.hub.duties import ladder
from citywide.hub.testing import MORNING, TrialCity

RUNGS = (60, 96, 120, 180)  # minutes: the half, four fifths, the whole and half as much again of two hours
LOOKS = st.lists(st.integers(0, 300), min_size=1, max_size=8, unique=True).map(sorted)


@settings(max_examples=40)
@given(looks=LOOKS, done=st.one_of(st.none(), st.integers(0, 300)))
def test_officers_are_reminded_and_the_manager_is_told_when_it_is_late(lasting_city: TrialCity, looks, done) -> None:
    hub, expected, climbed = lasting_city.hub, [], 0
    with hub.database.transaction() as connection:
        case = hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light"), MORNING)
    for minute in looks:
        now = MORNING + timedelta(minutes=minute)
        if done is not None and minute >= done:
            with hub.database.transaction() as connection:
                hub.desk.close(connection, case, now, "wen")
            break
        hub.ladder.climb(now)
        reached = sum(rung <= minute for rung in RUNGS)
        if reached > climbed:
            expected.append((reached, "officer" if reached < 3 else "manager", now))
            climbed = reached
    else:
        done = None
    if done is not None:
        hub.ladder.climb(MORNING + timedelta(days=1))  # what is closed is never looked at again
    told = hub.database.rows("""select (facts ->> 'rung')::int as rung, role, at, department, says from hub.message
        where (facts ->> 'case')::bigint = %s order by id""", (case,))  # fmt: skip
    assert [(each["rung"], each["role"], each["at"]) for each in told] == expected
    assert {each["department"] for each in told} <= {"traffic_police"}
    late = {True: "overdue by", False: " left until"}
    assert all(late[each["rung"] >= 3 and each["at"] > MORNING + timedelta(hours=2)] in each["says"]["en"]
               for each in told if each["at"] != MORNING + timedelta(hours=2))  # fmt: skip
    (row,) = hub.database.rows("select late_department from hub.cases where id = %s", (case,))
    assert row["late_department"] == ("traffic_police" if climbed >= 3 else None)


def test_a_case_whose_system_has_gone_climbs_by_the_time_it_was_given_and_holds_nobody_up(
    lasting_city: TrialCity,
) -> None:
    hub = lasting_city.hub
    with hub.database.transaction() as connection:
        gone, known = (
            hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light"), MORNING) for _ in "ab"
        )
        connection.execute("update hub.cases set category = 'street_light' where id = %s", (gone,))
    hub.ladder.climb(MORNING + timedelta(minutes=61))
    with hub.database.transaction() as connection:
        for act in (hub.desk.pause, hub.desk.resume, hub.desk.close, hub.desk.reopen):
            act(connection, gone, MORNING + timedelta(minutes=62), "wen", "it must wait")
    told = hub.database.rows(
        "select cases from hub.case_step where what = 'reminded' and cases = any(%s)", ([gone, known],)
    )
    assert {each["cases"] for each in told} == {gone, known}


def test_a_case_that_cannot_be_judged_keeps_no_other_from_being_reminded(lasting_city: TrialCity) -> None:
    hub = lasting_city.hub
    with hub.database.transaction() as connection:
        odd, known = (hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light"), MORNING) for _ in "ab")
        connection.execute("update hub.cases set due = null where id = %s", (odd,))
    for minutes in (61, 62):
        hub.ladder.climb(MORNING + timedelta(minutes=minutes))
    told = hub.database.rows("select rung from hub.cases where id = any(%s) order by id", ([odd, known],))
    assert [row["rung"] for row in told] == [0, 1]
    (row,) = hub.database.rows("select next_look from hub.cases where id = %s", (odd,))
    assert row["next_look"] == MORNING + timedelta(minutes=71)
    hub.database.rows("update hub.cases set state = 'closed' where id = %s returning 1", (odd,))


def test_a_worker_that_is_cut_off_in_mid_escalation_has_said_nothing_and_the_next_says_it_once(
    lasting_city: TrialCity, monkeypatch
) -> None:
    """The step, its message and its evidence stand together or not at all, and so do those of the whole look."""
    hub, told = lasting_city.hub, "select role from hub.message where (facts ->> 'case')::bigint = any(%s)"
    with hub.database.transaction() as connection:
        both = [hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light"), MORNING) for _ in "ab"]

    def told_and_cut_off(connection: Connection, case: int, *more: object) -> None:
        step(connection, case, *more)
        if case == both[1]:
            hub.database.rows("select pg_terminate_backend(%s)", (connection.info.backend_pid,))

    now = MORNING + timedelta(minutes=125)
    monkeypatch.setattr(ladder, "step", told_and_cut_off)
    with pytest.raises(OperationalError):
        hub.ladder.climb(now)
    assert hub.database.rows(told, (both,)) == []
    monkeypatch.undo()
    for _ in "ab":
        hub.ladder.climb(now)
    assert hub.database.rows(told, (both,)) == [{"role": "manager"}] * 2
