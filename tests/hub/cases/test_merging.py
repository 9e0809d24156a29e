"""Two cases that are one: one work and the earlier deadline, nobody's figures the better, and nothing is for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub import Entity, OpenCase, Point, Text
from citywide.hub.cases.acts import Asked, carry_out
from citywide.hub.cases.by_itself import close_because
from citywide.hub.cases.moves import CaseError, standing
from citywide.hub.cases.verdict import confirm, rate
from citywide.hub.reports.receive import Report, followed, hash_of, take
from citywide.hub.screens.case import case_and_steps
from citywide.hub.testing import MORNING, TrialCity

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SAME = "two callers, one hole"
COUNTED = ("late", "solved", "answered", "department")
LATER = {
    "pass on": ("reroute", "roads"),
    "pass back": ("reroute", "traffic_police"),
    "assign": ("assign", "light_crew/a"),
}
ACTS = st.sampled_from(["pass on", "pass back", "assign", "close", "reopen", "pause", "resume"])
BEFORE = st.lists(st.tuples(st.integers(0, 39), st.sampled_from(["assign", "pass on", "pass back"])), max_size=3)
AFTER = st.lists(st.tuples(st.integers(0, 300), ACTS), min_size=2, max_size=9).map(sorted)


@pytest.fixture(scope="module")
def streets(lasting_city: TrialCity) -> TrialCity:
    lasting_city.add(Entity("light_crew/a", "department_crew", "Lin's crew", Point(106.5, 29.5), "traffic_police"))
    return lasting_city


def opened(city: TrialCity, at: datetime = MORNING, **more) -> int:
    with city.hub.database.transaction() as connection:
        return city.hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light", **more), at, "resident")


def do(city: TrialCity, case: int, act: str, at: datetime = MORNING, to: str = "", note: str = SAME) -> None:
    with city.hub.database.transaction() as connection:
        carry_out(city.hub.desk, connection, case, Asked(act, note, to), at, "wen")


def tried(city: TrialCity, case: int, act: str, at: datetime) -> bool:
    name, to = LATER.get(act, (act, ""))
    with suppress(CaseError):
        do(city, case, name, at, to)
        return True
    return False


def row(city: TrialCity, case: int, columns: str = "*") -> dict:
    return city.hub.database.rows(f"select {columns} from hub.cases where id = %s", (case,))[0]


def judged(city: TrialCity, case: int, at: datetime) -> list:
    (found,) = city.hub.database.rows("select * from hub.judged(%s) where id = %s", (at, case))
    return [found[word] for word in COUNTED]


@settings(max_examples=12)
@given(
    before=BEFORE.map(sorted),
    after=AFTER,
    apart=st.integers(0, 40),
    moment=st.integers(40, 100),
    end=st.integers(60, 300),
)
def test_joining_two_cases_makes_nobodys_figures_better_than_doing_the_same_to_both(
    streets, before, after, apart, moment, end
) -> None:
    """Each of the two is judged as if whatever was done to the one had been done to the other."""
    until = MORNING + (moment + end) * MINUTE
    pairs = [[opened(streets), opened(streets, MORNING + apart * MINUTE)] for _ in range(2)]
    for minutes, act in before:
        for pair in pairs:
            tried(streets, pair[minutes % 2], act, MORNING + minutes * MINUTE)
    (stays, goes), (alike, other) = pairs
    now = MORNING + moment * MINUTE
    try:
        do(streets, goes, "merge", now, str(stays))
    except CaseError:
        return  # one is paused or closed, or another department's
    if row(streets, alike, "state") != row(streets, other, "state"):
        for case in (alike, other):
            tried(streets, case, "assign", now)
    for minutes, act in after:
        if tried(streets, stays, act, at := now + min(minutes, end) * MINUTE):
            for case in (alike, other):
                tried(streets, case, act, at)
    for joined, single in ((stays, alike), (goes, other)):
        ours, theirs = judged(streets, joined, until), judged(streets, single, until)
        assert (ours[0], ours[3]) == (theirs[0], theirs[3])
        assert ours[1] <= theirs[1]
        assert ours[2] <= theirs[2]


@settings(max_examples=8)
@given(apart=st.integers(-100, 100), acts=st.lists(ACTS, max_size=3), again=st.booleans())
def test_what_was_joined_and_parted_at_once_is_as_it_was(streets, apart, acts, again) -> None:
    one, two, three = (opened(streets, MORNING + late * MINUTE) for late in (0, apart, 2 * apart))
    for act in acts:
        tried(streets, one, act, MORNING)
    columns = "id, state, due, department, wants, needs, reporters, closed, reopened, stars, rung"
    was = [row(streets, each, columns) for each in (one, two, three)]
    with suppress(CaseError):
        do(streets, two, "merge", MORNING, str(one))
        assert row(streets, one)["due"] == min(was[0]["due"], was[1]["due"])
        if again:
            do(streets, three, "merge", MORNING, str(one))
            assert row(streets, one)["due"] == min(each["due"] for each in was)
        do(streets, two, "part", MORNING)
        if again:
            assert row(streets, one)["due"] == min(was[0]["due"], was[2]["due"])
            do(streets, three, "part", MORNING)
    assert [row(streets, each, columns) for each in (one, two, three)] == was


def told(city: TrialCity, place: Point) -> tuple[int, str]:
    with city.hub.database.transaction() as connection:
        taken = take(connection, city.hub.desk, Report("pothole", "deep", place), [b"photo"], MORNING)
    return taken.case, taken.follow


def test_the_reporters_of_both_are_told_and_keep_their_word(streets: TrialCity) -> None:
    database, desk = streets.hub.database, streets.hub.desk
    (stays, first), (goes, second) = told(streets, Point(106.1, 29.1)), told(streets, Point(106.2, 29.2))
    with pytest.raises(CaseError):
        do(streets, goes, "merge", MORNING, str(stays), note="")
    do(streets, goes, "merge", MORNING, str(stays))
    for case, says in ((stays, f"#{goes} is the same matter"), (goes, f"the same matter as #{stays}")):
        (entry,) = database.rows("select convert_from(body, 'utf8') as body from evidence.pending where body like %s",
                                 (f"%#{case} %{says}%".encode(),))  # fmt: skip
        assert SAME in entry["body"]
    with database.transaction() as connection:
        assert case_and_steps(connection, stays)["case"]["reporters"] == 2
        assert len(case_and_steps(connection, stays)["case"]["photos"]) == 2
    for act in ("start", "close"):
        with pytest.raises(CaseError, match=f"goes on as {stays}"):
            do(streets, goes, act)
    do(streets, stays, "close", MORNING + HOUR)
    assert row(streets, goes, "state, closed") == {"state": "closed", "closed": MORNING + HOUR}
    with database.transaction() as connection:
        assert followed(connection, second) == goes
        confirm(desk, connection, goes, hash_of(second), MORNING + HOUR)
        rate(connection, goes, hash_of(second), 1, MORNING + HOUR)
        rate(connection, stays, hash_of(first), 5, MORNING + HOUR)
    assert [row(streets, case)["stars"] for case in (stays, goes)] == [5, 1], "an angry word is not drowned"
    assert row(streets, stays)["confirmed"] is None, "the first who told of the one that stays has the last word"
    with database.transaction() as connection:
        desk.reopen(connection, goes, MORNING + 2 * HOUR, "resident", "still there", hash_of(second))
        assert standing(connection, goes)["state"] == "waiting"
    assert [row(streets, case)["reopened"] for case in (stays, goes)] == [1, 1]
    do(streets, goes, "part", MORNING + 3 * HOUR)
    assert row(streets, goes, "state, closed") == {"state": "waiting", "closed": None}
    with pytest.raises(CaseError, match="joined to no other"):
        do(streets, goes, "part")


def test_the_alarms_of_both_stand_behind_the_one_and_a_new_one_finds_it(streets: TrialCity) -> None:
    gauges = [Entity(f"gauge/{name}", "gauge", name, Point(106.3, 29.3), "drainage") for name in ("east", "west")]
    streets.add(*gauges)
    put = """insert into hub.alarm (rule, severity, entity, raised, value, says, answered_raise, answered_clear)
        select %s, 'warning', number, %s, 1, '{}', true, true from hub.entity where id = %s returning id"""

    def rings(gauge: Entity, rule: str) -> tuple[int, int]:
        (alarm,) = streets.hub.database.rows(put, (rule, MORNING, gauge.id))
        order = OpenCase(Text("Pump", "抽排"), "flooded_road", gauge, wants="drainage_crew", because=alarm["id"])
        with streets.hub.database.transaction() as connection:
            return alarm["id"], streets.hub.desk.open(connection, order, MORNING)

    (east, stays), (west, goes) = (rings(gauge, "deep_water") for gauge in gauges)
    do(streets, goes, "merge", MORNING, str(stays))
    assert rings(gauges[1], "very_deep_water")[1] == stays
    for alarm in (east, west):
        assert row(streets, stays)["state"] == "waiting", "another alarm still stands behind it"
        streets.hub.database.rows("update hub.alarm set cleared = %s where id = %s returning 1", (MORNING, alarm))
        with streets.hub.database.transaction() as connection:
            close_because(streets.hub.desk, connection, alarm, Text("dry", "已退"), MORNING)
    assert row(streets, stays)["state"] == "waiting"
    streets.hub.database.rows("update hub.alarm set cleared = %s where cleared is null returning 1", (MORNING,))
    with streets.hub.database.transaction() as connection:
        newest = connection.execute("select max(id) from hub.alarm").fetchone()[0]
        close_because(streets.hub.desk, connection, newest, Text("dry", "已退"), MORNING)
    assert [row(streets, case, "state, closed") for case in (stays, goes)] == [
        {"state": "closed", "closed": MORNING}
    ] * 2


def test_what_needs_other_hands_or_is_another_departments_is_not_joined(streets: TrialCity) -> None:
    light, pump = opened(streets), opened(streets, wants="drainage_crew")
    for case, into in ((pump, light), (light, light), (light, 0)):
        with pytest.raises(CaseError):
            do(streets, case, "merge", MORNING, str(into))
    do(streets, light, "merge", MORNING, str(pump))
    far = told(streets, Point(106.8, 29.8))[0]
    with pytest.raises(CaseError, match="the other"):
        do(streets, far, "merge", MORNING, str(pump))


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What each of some hands is told that move at the same moment; nothing is what it is told where it may."""
    begin = Barrier(len(acts))

    def hand(act: Callable[[], object]) -> str:
        begin.wait()
        try:
            act()
        except CaseError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(hand, acts))


def test_whoever_acts_on_either_of_two_that_are_one_waits_for_nobody_who_waits_for_them(streets: TrialCity) -> None:
    """All hands reach for the case that goes on first: a ring of waiting would end one of them."""
    stays, goes = opened(streets), opened(streets)
    do(streets, goes, "merge", MORNING, str(stays))
    for _ in range(10):
        at_once(*[partial(do, streets, stays, "close"), partial(do, streets, goes, "reopen")] * 2)
    assert row(streets, stays)["reopened"] == row(streets, goes)["reopened"] > 0


def test_of_two_who_join_the_same_two_the_other_way_round_one_is_told_where_it_goes_on(streets: TrialCity) -> None:
    for _ in range(12):
        one, two = opened(streets), opened(streets)
        said = at_once(*(partial(do, streets, a, "merge", to=str(b)) for a, b in ((one, two), (two, one))))
        where = [f"case {a} goes on as {b}: it cannot merge" for a, b in ((one, two), (two, one))]
        assert set(said) in ({"", where[0]}, {"", where[1]})


def test_a_report_that_comes_while_its_case_is_closed_is_a_case_of_its_own(streets: TrialCity) -> None:
    """It never is one more report of what nobody looks at any more."""
    for spot in range(8):
        place = Point(107 + spot / 10, 29)
        case, _ = told(streets, place)
        at_once(partial(do, streets, case, "close"), partial(told, streets, place))
        steps = streets.hub.database.rows("select what from hub.case_step where cases = %s order by id", (case,))
        assert [step["what"] for step in steps][-1] == "closed"
