"""How a case counts is kept as long as it holds, and never longer."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from citywide.hub import Entity, OpenCase, Text, Who
from citywide.hub.cases.moves import CaseError
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.duties.judging import judge_cases
from citywide.hub.reports.receive import Report, take
from citywide.hub.testing import MORNING, TrialCity

MINUTE = timedelta(minutes=1)
ACTS = ["assign", "pause", "resume", "pass on", "pass back", "close", "reopen", "join", "judge"]
PLAYED = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(ACTS)), max_size=12).map(sorted)
ANEW = """select id, department, reporters, stars, answered, solved, late, paused
    from hub.judged(%(at)s) where id = %(case)s"""
KEPT = """select id, department, reporters, stars, answered, solved, late, paused
    from hub.judged_since('-infinity', %(at)s) where id = %(case)s"""
OVERDUE = "select cases from hub.verdict where cases = %s and holds_until <= %s"


def opened(city: TrialCity, who: str = "resident") -> int:
    city.add(Entity("gauge/hand", "gauge", "hand", None, "traffic_police"))
    with city.hub.database.transaction() as connection:
        return city.hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light"), MORNING, who)


def act(city: TrialCity, connection: Connection, case: int, what: str, at: datetime) -> None:
    desk = city.hub.desk
    match what:
        case "assign":
            desk.assign(connection, case, "gauge/hand", at, "wen")
        case "pass on" | "pass back":
            desk.reroute(connection, case, "roads" if what == "pass on" else "traffic_police", at, "wen", "not ours")
        case "join":
            take(connection, desk, Report("traffic_light", "still dark", None, join=case), [], at)
        case _:
            getattr(desk, what)(connection, case, at, "wen", "so it is")


def do(city: TrialCity, case: int, what: str, at: datetime) -> None:
    if what == "judge":
        judge_cases(city.hub.database, at)
        return
    with suppress(CaseError), city.hub.database.transaction() as connection:
        act(city, connection, case, what, at)


def judged(city: TrialCity, query: str, case: int, at: datetime) -> list:
    return city.hub.database.rows(query, {"case": case, "at": at})


@settings(max_examples=80)
@given(acts=PLAYED, after=st.integers(0, 300))
def test_what_is_kept_is_what_would_be_judged_anew_at_any_later_moment(lasting_city, acts, after) -> None:
    case, last = opened(lasting_city), MORNING
    for minute, what in acts:
        last = MORNING + minute * MINUTE
        do(lasting_city, case, what, last)
    for at in (last, last + after * MINUTE):
        (anew,), (kept,) = judged(lasting_city, ANEW, case, at), judged(lasting_city, KEPT, case, at)
        assert abs(anew.pop("paused") - kept.pop("paused")) <= MINUTE
        assert anew == kept


def test_who_is_sent_in_time_has_answered(lasting_city: TrialCity) -> None:
    case = opened(lasting_city)
    do(lasting_city, case, "judge", MORNING)
    do(lasting_city, case, "assign", MORNING + MINUTE)
    assert judged(lasting_city, KEPT, case, MORNING + MINUTE)[0]["answered"] is True


def test_a_case_that_is_done_is_not_looked_at_again(lasting_city: TrialCity) -> None:
    case = opened(lasting_city)
    do(lasting_city, case, "close", MORNING + MINUTE)
    do(lasting_city, case, "judge", MORNING + MINUTE)
    assert lasting_city.hub.database.rows(OVERDUE, (case, MORNING + timedelta(days=900))) == []


def test_an_open_case_is_looked_at_again_when_its_deadline_comes(lasting_city: TrialCity) -> None:
    case = opened(lasting_city)
    do(lasting_city, case, "judge", MORNING + MINUTE)
    looked_at = [
        bool(lasting_city.hub.database.rows(OVERDUE, (case, MORNING + hours * 60 * MINUTE))) for hours in (1, 2)
    ]
    assert looked_at == [False, True]


def test_a_change_that_is_under_way_is_judged_once_it_has_come_about(lasting_city: TrialCity) -> None:
    city, case, at = lasting_city, opened(lasting_city), MORNING + MINUTE
    with city.hub.database.transaction() as connection:
        act(city, connection, case, "close", at)
        judge_cases(city.hub.database, at)
        assert judged(city, KEPT, case, at)[0]["solved"] is False
    judge_cases(city.hub.database, at)
    assert judged(city, KEPT, case, at)[0]["solved"] is True


def test_no_change_falls_between_the_look_and_the_verdict(lasting_city: TrialCity) -> None:
    city, case, at = lasting_city, opened(lasting_city), MORNING + MINUTE
    with city.hub.database.transaction() as connection:
        connection.execute(sql("judge_due"), {"now": at, "most": 10_000})
        closing = threading.Thread(target=do, args=(city, case, "close", at))
        closing.start()
        closing.join(0.3)
        assert closing.is_alive(), "it waits for the verdict"
    closing.join()
    assert judged(city, KEPT, case, at)[0]["solved"] is True


def test_a_department_reads_its_own_line_of_the_league_alone(lasting_city: TrialCity) -> None:
    case = opened(lasting_city)
    do(lasting_city, case, "pass on", MORNING + 121 * MINUTE)  # late already: it counts for the police
    do(lasting_city, case, "judge", MORNING + 122 * MINUTE)
    for department in ("traffic_police", "roads"):
        with lasting_city.hub.database.reading_as(Who("hu", ("manager",), (department,))) as connection:
            values = {"now": MORNING + 130 * MINUTE, "back": "90 days", "reporters": 0}
            league = rows(connection, sql("league"), values)
            elsewhere = [row["id"] for row in rows(connection, sql("charged_elsewhere"), values)]
        assert {row["department"] for row in league} <= {department}
        assert case in elsewhere, "whom it counts for sees it, and who has it by now"


def test_what_was_told_of_a_case_is_over_with_it_and_stands_again_when_it_is_reopened(lasting_city: TrialCity) -> None:
    city, case = lasting_city, opened(lasting_city)
    city.hub.ladder.climb(MORNING + 119 * MINUTE)
    standing = "select id from hub.message where facts ->> 'case' = %s::text and not over"
    told = city.hub.database.rows(standing, (case,))
    do(city, case, "close", MORNING + 120 * MINUTE)
    over = city.hub.database.rows(standing, (case,))
    do(city, case, "reopen", MORNING + 121 * MINUTE)
    assert (bool(told), over) == (True, [])
    assert city.hub.database.rows(standing, (case,)) == told
