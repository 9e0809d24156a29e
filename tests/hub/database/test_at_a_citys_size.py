"""What is asked at each call, case or second goes through no table that grows with the years."""

import re
from datetime import timedelta

import pytest
from psycopg import Connection

from citywide.hub import Who
from citywide.hub.database.queries import sql
from citywide.hub.testing import MORNING, TrialCity

GROWING = ("cases", "case_step", "verdict", "alarm", "message", "follower", "person", "entry", "reading")
GONE_THROUGH = re.compile(rf"Seq Scan on ({'|'.join(GROWING)})\b")
OFTEN = (
    "case_near", "cases_nearby", "case_row", "case_seen", "steps_seen", "cases_of_alarm", "other_alarms_standing",
    "kinds_waited_for", "most_urgent_of_each_need", "orders_in_doubt", "cases_to_look_at", "closed_roads",
    "cases_alike", "orders_of_units", "orders_waiting", "requests_seen", "request_updates", "newest_step",
    "cases_of_caller", "reporters_named", "unanswered_alarms", "standing_alarms",
)  # fmt: skip
ON_PAGES = (
    "case_seen", "steps_seen", "for_you", "cases_of_city", "cases_of_system", "evidence_of_system", "recent_evidence",
    "open_alarms", "open_case_count", "overdue_count", "open_cases_on_map", "league", "charged_elsewhere",
)  # fmt: skip
VALUES = {
    "case": 1, "alarm": 1, "cases": None, "about": "gauge/1", "lon": 106.5, "lat": 29.5, "metres": 50, "now": MORNING,
    "since": MORNING - timedelta(days=1), "until": MORNING, "category": "pothole", "categories": ["pothole"],
    "reaches": [50.0], "codes": ["pothole"], "states": None, "most": 200, "after": 0, "unit": None, "kind": None,
    "kinds": ["crew"], "closing": ["pothole"], "phone": "1", "parts": [1],
    "heard_since": MORNING, "back": "90 days", "reporters": 0, "department": "roads",
    "departments": ["roads"],
}  # fmt: skip


def plan_of(connection: Connection, name: str) -> str:
    """How the server would go about it where a table is so large that it is gone through in no case but need."""
    connection.execute("set local enable_seqscan = off")
    return "\n".join(line for (line,) in connection.execute("explain " + sql(name), VALUES).fetchall())


@pytest.mark.parametrize("name", OFTEN)
def test_what_is_asked_often_goes_through_nothing_that_grows(lasting_city: TrialCity, name: str) -> None:
    with lasting_city.hub.database.transaction() as connection:
        plan = plan_of(connection, name)
    assert GONE_THROUGH.findall(plan) == [], plan


@pytest.mark.parametrize("name", ON_PAGES)
@pytest.mark.parametrize("everywhere", [True, False])
def test_nor_does_a_page_whoever_opens_it(lasting_city: TrialCity, name: str, *, everywhere: bool) -> None:
    who = Who("hu", ("manager", "officer"), ("roads",), everywhere=everywhere)
    with lasting_city.hub.database.reading_as(who) as connection:
        plan = plan_of(connection, name)
    assert GONE_THROUGH.findall(plan) == [], plan


@pytest.mark.parametrize("function", ["hub.charged(1)", "hub.quiet_since(1, 1)", "hub.judge_due(now(), 1)"])
def test_nor_does_what_the_database_asks_by_itself(lasting_city: TrialCity, function: str) -> None:
    """A function's own plans are told by how often tables were gone through while it ran."""
    city, counted = lasting_city, "select relname, seq_scan from pg_stat_xact_user_tables where relname = any(%s)"
    with city.hub.database.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        before = dict(connection.execute(counted, (list(GROWING),)).fetchall())
        connection.execute(f"select {function}")
        after = dict(connection.execute(counted, (list(GROWING),)).fetchall())
    assert after == before
