"""Whatever becomes of cases, what is kept of how they count is what would be judged anew."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub.cases.moves import CaseError
from citywide.hub.database.migrate import hub_migrations
from citywide.hub.database.queries import sql
from citywide.hub.duties.judging import judge_cases
from citywide.hub.testing import MORNING, TrialCity
from tests.hub.cases.joining import HOUR, LATER, MINUTE, do, opened

DUE = 2 * HOUR  # a traffic light's
OURS = "id = any(%(cases)s) order by id"
WORDS = "select id, department, reporters, stars, answered, solved, late, paused from"
ALARM = """insert into hub.alarm (rule, severity, entity, raised, value, says, answered_raise, answered_clear)
    select 'deep', 'warning', max(number), %s, 1, '{}', true, true from hub.entity returning id"""
QUIET = "update hub.alarm set cleared = %s where id = %s and cleared is null returning id"
ACTS = ["assign", "pass on", "pass back", "pause", "resume", "close", "reopen", "merge", "part", "quiet", "judge",
        "look back"]  # fmt: skip
ACT = st.tuples(st.integers(0, 300), st.sampled_from(ACTS), st.integers(0, 1))
LIVES = st.lists(ACT, max_size=14, unique_by=lambda act: act[0]).map(sorted)


def figures(city: TrialCity, cases: list[int], at: datetime) -> tuple[list, list]:
    """What is kept, or judged anew where it holds no longer; and all of it judged anew."""
    values = {"cases": cases, "at": at}
    kept = city.hub.database.rows(f"{WORDS} hub.judged_since('-infinity', %(at)s) where {OURS}", values)
    return kept, city.hub.database.rows(f"{WORDS} hub.judged(%(at)s) where {OURS}", values)


def must_agree(city: TrialCity, cases: list[int], at: datetime) -> None:
    kept, anew = figures(city, cases, at)
    for ours, theirs in zip(kept, anew, strict=True):
        assert abs(ours.pop("paused") - theirs.pop("paused")) <= MINUTE
    assert kept == anew


def with_alarm(city: TrialCity, case: int) -> int:
    """A device rings behind the case."""
    with city.hub.database.transaction() as connection:
        connection.execute("update hub.alarm set cleared = raised where cleared is null")
        ((alarm,),) = connection.execute(ALARM, (MORNING,)).fetchall()
        connection.execute("update hub.cases set alarm = %s where id = %s", (alarm, case))
    return alarm


def lived(city: TrialCity, cases: list[int], alarm: int, what: str, which: int, at: datetime) -> None:
    if what == "judge":
        judge_cases(city.hub.database, at)
    elif what == "look back":  # begun a moment ago, it comes to what has been done since
        judge_cases(city.hub.database, at - MINUTE * 5)
    elif what == "quiet":
        city.hub.database.rows(QUIET, (at, alarm))
    else:
        act, to = LATER.get(what, (what, str(cases[1 - which])))
        with suppress(CaseError):
            do(city, cases[which], act, at, to)


@settings(max_examples=60)
@given(lives=LIVES, rings=st.booleans(), after=st.integers(1, 300))
def test_two_cases_lives_count_as_judged_anew_at_every_turn(streets, lives, rings, after) -> None:
    cases, alarm, at = [opened(streets), opened(streets)], 0, MORNING
    if rings:
        alarm = with_alarm(streets, cases[0])
    for minute, what, which in lives:
        at = MORNING + minute * MINUTE
        lived(streets, cases, alarm, what, which, at)
        must_agree(streets, cases, at)
    must_agree(streets, cases, at + after * MINUTE)


def test_what_was_closed_while_a_round_was_under_way_counts_as_solved(streets: TrialCity) -> None:
    """The round looks at its clock first, and at the cases for a while after."""
    case = opened(streets)
    do(streets, case, "close", MORNING + MINUTE)
    judge_cases(streets.hub.database, MORNING)
    (kept,), _ = figures(streets, [case], MORNING + HOUR)
    assert kept["solved"] is True


def test_what_was_closed_too_late_while_a_round_was_under_way_counts_as_late(streets: TrialCity) -> None:
    case = opened(streets)
    do(streets, case, "close", MORNING + DUE + MINUTE)
    judge_cases(streets.hub.database, MORNING + DUE)
    must_agree(streets, [case], MORNING + DUE + HOUR)


def test_a_joined_case_is_paused_as_long_as_the_one_that_it_goes_on_as(streets: TrialCity) -> None:
    stays, goes = opened(streets), opened(streets)
    do(streets, goes, "merge", MORNING + MINUTE, str(stays))
    do(streets, stays, "pause", MORNING + 2 * MINUTE)
    judge_cases(streets.hub.database, MORNING + 3 * MINUTE)
    judge_cases(streets.hub.database, MORNING + 90 * MINUTE)
    kept, _ = figures(streets, [stays, goes], MORNING + 90 * MINUTE)
    assert [each["paused"] for each in kept] == [88 * MINUTE] * 2


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=1500)])
def test_a_clock_that_was_ahead_for_a_while_leaves_nobody_late(streets: TrialCity, ahead: timedelta) -> None:
    case, now = opened(streets), MORNING + MINUTE
    judge_cases(streets.hub.database, now + ahead)
    judge_cases(streets.hub.database, now)
    must_agree(streets, [case], now)
    assert figures(streets, [case], now)[0][0]["late"] is False


def test_the_league_is_the_same_as_counted_from_scratch(streets: TrialCity) -> None:
    """In a city where cases were closed and paused while rounds were under way."""
    cases, now = [opened(streets, MORNING + n * MINUTE) for n in range(12)], MORNING + 5 * HOUR
    for n, case in enumerate(cases):
        do(streets, case, ("close", "pause", "assign")[n % 3], MORNING + (20 + n) * MINUTE, "light_crew/a")
        judge_cases(streets.hub.database, MORNING + (15 + n) * MINUTE)
    judge_cases(streets.hub.database, now)
    league = {"now": now, "back": "90 days", "reporters": 0}
    kept = streets.hub.database.rows(sql("league"), league)
    streets.hub.database.rows("update hub.verdict set holds_until = '-infinity' returning cases")
    assert kept == streets.hub.database.rows(sql("league"), league)


def test_what_was_judged_too_early_before_is_judged_once_more(streets: TrialCity) -> None:
    """The step that mends the rule mends what was kept by it; what is right is left alone."""
    wrong, right, moment = opened(streets), opened(streets), MORNING + HOUR
    for case in (wrong, right):
        do(streets, case, "close", MORNING + MINUTE)
    judge_cases(streets.hub.database, moment)
    (step,) = (step for step in hub_migrations() if step.number == 34)
    with streets.hub.database.transaction() as connection:
        connection.execute("update hub.verdict set solved = false where cases = %s", (wrong,))
        connection.execute(step.text.rpartition(";\n\n")[2])
    due = streets.hub.database.rows("select cases from hub.verdict where cases = any(%s) and holds_until <= %s",
                                    ([wrong, right], moment))  # fmt: skip
    assert [row["cases"] for row in due] == [wrong]
