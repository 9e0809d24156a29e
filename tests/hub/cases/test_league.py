"""Whatever a department does instead of mending, its figures are no better than if it had done nothing."""

from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from citywide import cli
from citywide.hub import Entity, OpenCase, Point, Text, Who
from citywide.hub.cases.moves import CaseError
from citywide.hub.cases.verdict import rate
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.people.staff import add_staff
from citywide.hub.reports.receive import Report, hash_of, take
from citywide.hub.testing import MORNING, TrialCity

OURS, OTHERS = "traffic_police", ("roads", "parks")
HOUR = timedelta(hours=1)
DUE = MORNING + 2 * HOUR  # a broken traffic light is mended within two hours, day and night
ACTS = st.sampled_from(["pass on", "pass back", "close and reopen", "pause", "resume"])
MOMENTS = st.lists(st.tuples(st.integers(0, 360), ACTS), max_size=8).map(lambda acts: sorted(acts, key=lambda a: a[0]))


class Played:
    """One case, what was done with it, and who held it when."""

    def __init__(self, city: TrialCity, who: str = "resident") -> None:
        self.city, self.desk, self.held = city, city.hub.desk, [(MORNING, OURS)]
        with city.hub.database.transaction() as connection:
            self.case = self.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light"), MORNING, who)

    def do(self, act: str, at: datetime) -> None:
        with suppress(CaseError), self.city.hub.database.transaction() as connection:
            if act in {"pass on", "pass back"}:
                to = OURS if act == "pass back" else OTHERS[at.minute % 2]
                self.desk.reroute(connection, self.case, to, at, "wen", "not ours")
                self.held.append((at, to))
            elif act == "close and reopen":
                self.desk.close(connection, self.case, at, "wen")
                self.desk.reopen(connection, self.case, at, "wen")
            else:
                getattr(self.desk, act)(connection, self.case, at, "wen", "so it is")

    def judged(self, at: datetime) -> dict:
        return self.city.hub.database.rows("select * from hub.judged(%s) where id = %s", (at, self.case))[0]

    def longest(self) -> set[str]:
        """Who held it longest until it was due: worked out step by step, as a clerk would."""
        ends = [*self.held, (max(DUE, self.held[-1][0]), "")]
        time = dict.fromkeys((OURS, *OTHERS), timedelta(0))
        for (since, who), (until, _) in pairwise(ends):
            time[who] += max(min(until, DUE) - min(since, DUE), timedelta(0))
        return {who for who, held in time.items() if held == max(time.values())}


@settings(max_examples=60)
@given(acts=MOMENTS, end=st.integers(1, 420), closed=st.booleans())
def test_no_sequence_of_acts_is_better_than_having_done_nothing(lasting_city, acts, end, closed) -> None:
    honest, clever = Played(lasting_city), Played(lasting_city)
    until = MORNING + timedelta(minutes=end)
    for minutes, act in acts:
        if minutes < end:
            clever.do(act, MORNING + timedelta(minutes=minutes))
    for case in (honest, clever):
        if closed:
            case.do("resume", until)
            case.do("close", until)
    idle, busy = honest.judged(until), clever.judged(until)
    assert busy["late"] == idle["late"] == (until > DUE)
    assert busy["solved"] <= idle["solved"]
    assert busy["answered"] <= idle["answered"]
    if busy["late"]:
        assert busy["department"] in clever.longest()


def test_a_pause_is_shown_gains_nothing_and_ends_by_itself(lasting_city: TrialCity) -> None:
    city = lasting_city
    case = Played(city)
    case.do("pause", MORNING + HOUR)
    city.clock.set(MORNING + 3.9 * HOUR)
    city.hub.ladder.climb(city.clock.now())
    state = "select state from hub.cases where id = %s"
    assert city.hub.database.rows(state, (case.case,)) == [{"state": "paused"}]
    city.clock.set(MORNING + 4.1 * HOUR)
    city.hub.ladder.climb(city.clock.now())
    assert city.hub.database.rows(state, (case.case,)) == [{"state": "waiting"}]
    case.do("pause", MORNING + 4.2 * HOUR)
    assert city.hub.database.rows(state, (case.case,)) == [{"state": "waiting"}], "it has waited long enough"
    found = case.judged(MORNING + 5 * HOUR)
    assert (found["late"], found["paused"]) == (True, 3.1 * HOUR)


def test_a_clock_that_is_put_back_during_a_pause_takes_no_time_from_another(lasting_city: TrialCity) -> None:
    case = Played(lasting_city)
    for minute, act in ((10, "pause"), (8, "resume"), (20, "pause"), (30, "resume"), (40, "pause")):
        case.do(act, MORNING + timedelta(minutes=minute))
    assert case.judged(MORNING + timedelta(minutes=38))["paused"] == timedelta(minutes=10)


def test_a_dissolved_departments_open_cases_are_named_told_to_who_sees_all_and_stay_its_own_in_the_books(
    lasting_city: TrialCity, capsys
) -> None:
    case, hub = Played(lasting_city), lasting_city.hub
    with hub.database.transaction() as connection:
        add_staff(connection, Who("wen", ("officer",), (OURS,)), "correct horse battery")

    def said(*command: str) -> str:
        with suppress(SystemExit):
            cli.main([*command, "--database-url", hub.settings.database_url])
        return capsys.readouterr().out

    assert f"nobody {OURS}" not in said("people")
    assert f"nobody {OURS}" in said("staff", "wen", "--remove")
    assert f"nobody {OURS}" in said("people")
    hub.ladder.climb(MORNING + HOUR)
    for who, sees in ((Who("mayor", ("officer",), (), everywhere=True), 1), (Who("lin", ("officer",), ("parks",)), 0)):
        with hub.database.reading_as(who) as connection:
            told = [row for row in rows(connection, sql("for_you")) if row["href"] == f"/case/{case.case}"]
        assert len(told) == sees
    case.do("pass on", DUE - timedelta(minutes=5))
    assert [case.judged(DUE + HOUR)[word] for word in ("late", "department")] == [True, OURS]


def test_what_staff_open_for_themselves_counts_for_nobody(lasting_city: TrialCity) -> None:
    city = lasting_city
    own = Played(city, who="wen")
    own.do("close", MORNING + HOUR)
    league = city.hub.database.rows(sql("league"), {"now": MORNING + HOUR, "back": "1 day", "reporters": 0})
    assert city.hub.database.rows("select * from hub.judged(%s) where id = %s", (MORNING + HOUR, own.case)) == []
    assert all(row["department"] in {OURS, *OTHERS} for row in league)


def test_whoever_opens_a_case_before_residents_can_takes_no_complaint_out_of_the_figures(
    lasting_city: TrialCity,
) -> None:
    """A resident joins what staff had opened: from then on it counts, and its stars may fall but not rise."""
    city = lasting_city
    with city.hub.database.transaction() as connection:
        order = OpenCase(Text("hole", "坑"), "pothole", place=Point(106.9, 29.9))
        case = city.hub.desk.open(connection, order, MORNING, "wen")
        report = Report("pothole", "a deep hole", Point(106.9, 29.9), join=case)
        taken = take(connection, city.hub.desk, report, [], MORNING)
    assert taken.case == case
    much_later = MORNING + timedelta(days=60)
    (found,) = city.hub.database.rows("select late, reporters from hub.judged(%s) where id = %s", (much_later, case))
    assert found == {"late": True, "reporters": 1}
    for stars, counted in ((5, 3), (1, 1)):
        with city.hub.database.transaction() as connection:
            rate(connection, case, hash_of(taken.follow), stars, MORNING)
        assert city.hub.database.rows("select stars from hub.cases where id = %s", (case,)) == [{"stars": counted}]


def alarmed(city: TrialCity, name: str) -> int:
    """An alarm that stands, and that the hub need not answer."""
    city.add(Entity(f"gauge/{name}", "gauge", name, None, "drainage"))
    (found,) = city.hub.database.rows(
        """insert into hub.alarm
            (rule, severity, entity, department, raised, value, says, answered_raise, answered_clear)
        select 'deep_water', 'warning', number, department, %s, 1, '{}', true, true
        from hub.entity where id = %s returning id""",
        (MORNING, f"gauge/{name}"))  # fmt: skip
    return found["id"]


def test_what_is_closed_while_its_alarm_stands_is_done_when_the_device_agrees(lasting_city: TrialCity) -> None:
    """Closing at once gains nothing: it is solved no sooner, and late as if it had stayed open."""
    city, opener, other = lasting_city, *(alarmed(lasting_city, name) for name in ("deep", "deeper"))
    case, clear = Played(city, who="hub"), "update hub.alarm set cleared = %s where id = %s returning 1"
    city.hub.database.rows("update hub.cases set alarm = %s where id = %s returning 1", (opener, case.case))
    with city.hub.database.transaction() as connection:
        order = OpenCase(Text("dark", "不亮"), "traffic_light", because=other)
        city.hub.desk.join(connection, case.case, order, MORNING, "hub")
    case.do("close", MORNING)
    judged = [(case.judged(at)["solved"], case.judged(at)["late"]) for at in (MORNING, DUE, DUE + HOUR)]
    assert judged == [(False, False), (False, False), (False, True)]
    with city.hub.database.reading_as(Who("hu", ("manager",), (OURS,))) as connection:
        seen = connection.execute("select solved, late from hub.judged(%s) where id = %s", (DUE + HOUR, case.case))
        assert seen.fetchall() == [(False, True)], "whose device it is makes no difference"
    for alarm, cleared in ((opener, MORNING + HOUR), (other, DUE + HOUR)):
        assert case.judged(DUE + HOUR)["solved"] is False
        city.hub.database.rows(clear, (cleared, alarm))
    assert [case.judged(DUE + HOUR)[word] for word in ("solved", "late")] == [True, True]
    city.hub.database.rows(clear, (MORNING + HOUR, other))
    assert [case.judged(DUE + HOUR)[word] for word in ("solved", "late")] == [True, False]
