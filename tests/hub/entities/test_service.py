"""A device that has left service rings no more, and what it said stays readable."""

from datetime import datetime, timedelta

import pytest

from citywide.hub import Entity, Reading
from citywide.hub.catalogue.sets import data_sets, judge
from citywide.hub.entities.service import Change, ServiceError, bring_back, retire
from citywide.hub.people.devices import new_token
from citywide.hub.people.who import Who
from citywide.hub.readings.history import History
from citywide.hub.testing import MORNING, TrialCity
from tests.hub.conftest import QUIET

HOUR = timedelta(hours=1)
ALL = Who("mayor", ("officer",), (), everywhere=True)


def depth(city: TrialCity, at: datetime, value: float, gauge: str = "gauge/old") -> object:
    city.clock.set(at)
    return city.send(Reading(gauge, "water_depth", at, value))


def leaves(city: TrialCity, at: datetime, why: str = "the street is gone") -> int:
    city.clock.set(at)
    with city.hub.database.transaction() as connection:
        ended = retire(connection, Change("gauge/old", why, "wen", at))
    city.hub.tokens.forget()
    city.settle()
    return ended


def standing(city: TrialCity) -> list[str]:
    found = city.hub.database.rows("""select rule from hub.alarm join hub.entity on number = entity
        where entity.id = 'gauge/old' and cleared is null order by rule""")  # fmt: skip
    return [row["rule"] for row in found]


@pytest.fixture
def old(city: TrialCity) -> TrialCity:
    """A gauge that stands in water, with a case; another one beside it."""
    city.add(*(Entity(f"gauge/{name}", "gauge", name, None, "drainage") for name in ("old", "new")))
    depth(city, MORNING, 3, "gauge/new")
    depth(city, MORNING, 3)
    depth(city, MORNING + timedelta(minutes=1), 26)
    assert standing(city) == ["deep_water"]
    return city


def test_its_token_its_alarms_and_their_cases_end_and_its_silence_rings_for_nobody(old: TrialCity) -> None:
    with old.hub.database.transaction() as connection:
        own, other = (new_token(connection, name, ("readings:write",)) for name in ("gauge/old", "gateway"))
    assert old.hub.tokens.who(own)
    assert leaves(old, MORNING + HOUR) == 1
    assert (old.hub.tokens.who(own), bool(old.hub.tokens.who(other))) == (None, True)
    assert standing(old) == []
    cases = "select state from hub.cases join hub.entity on number = about where entity.id = 'gauge/old'"
    assert old.hub.database.rows(cases) == [{"state": "closed"}]
    old.clock.set(MORNING + 48 * HOUR)
    old.settle()
    assert standing(old) == []
    assert "old is out of service: the street is gone" in old.story()
    rings = old.hub.database.rows("select count(*) as rings from hub.alarm where rule like '%%silent%%'")
    assert rings == [{"rings": 1}]  # the other one's


def test_nothing_more_is_taken_of_it_and_what_it_said_is_read_as_before(old: TrialCity) -> None:
    def said() -> list[object]:
        found = History(old.hub).series(ALL, ["gauge/old"], "water_depth", MORNING, MORNING + 9 * HOUR, 100)
        return found["value"]

    before = said()
    leaves(old, MORNING + HOUR)
    receipt = depth(old, MORNING + 2 * HOUR, 30)
    assert (receipt.accepted, receipt.refused_count) == (0, 1)
    assert "in service" in receipt.refused[0].accepted
    assert said() == before == [3, 26]


def test_another_worker_hears_of_it_and_so_does_one_that_begins_later(old: TrialCity) -> None:
    leaves(old, MORNING + HOUR)
    with old.hub.database.transaction() as connection:  # the host's clock was put back before the other one went
        back = "update hub.entity set retired = %s, service_changed = now() - interval '2 m' where id = 'gauge/new'"
        connection.execute(back, (MORNING + HOUR,))
    old.settle()
    assert depth(old, MORNING + HOUR, 3, "gauge/new").accepted == 0
    later = TrialCity(old.hub.settings, QUIET)
    try:
        later.clock.set(MORNING + 2 * HOUR)
        later.settle()
        assert depth(later, MORNING + 2 * HOUR, 30).accepted == 0
        assert standing(later) == []
    finally:
        later.close()


def test_the_catalogue_counts_it_apart_and_waits_for_it_no_more(old: TrialCity) -> None:
    leaves(old, MORNING + 2 * timedelta(minutes=1))
    now = MORNING + timedelta(minutes=10)
    (score,) = (s for s in judge(old.hub.database, old.hub.words, now) if s.quantity == "water_depth")
    (found,) = (s for s in data_sets(old.hub.database, old.hub.words, now) if s.quantity == "water_depth")
    assert (found.series, found.retired) == (1, 1)
    assert score.complete == pytest.approx(1 / 2, abs=0.5)
    with old.hub.database.transaction() as connection:
        connection.execute("update hub.entity set retired = %s, service_changed = now()", (now,))
    (none,) = (s for s in data_sets(old.hub.database, old.hub.words, now) if s.quantity == "water_depth")
    assert (none.series, none.retired) == (0, 2)
    assert judge(old.hub.database, old.hub.words, now) == []


def test_what_comes_back_rings_as_if_it_were_new(old: TrialCity) -> None:
    leaves(old, MORNING + HOUR)
    with old.hub.database.transaction() as connection:
        bring_back(connection, Change("gauge/old", "by mistake", "wen", MORNING + 2 * HOUR))
    old.settle()
    assert depth(old, MORNING + 2 * HOUR, 26).accepted == 1
    assert standing(old) == ["deep_water"]


@pytest.mark.parametrize(("thing", "why"), [("gauge/none", "gone"), ("gauge/old", " ")])
def test_what_is_not_there_or_without_a_reason_leaves_no_service(old: TrialCity, thing: str, why: str) -> None:
    with old.hub.database.transaction() as connection, pytest.raises(ServiceError):
        retire(connection, Change(thing, why, "wen", MORNING))
    leaves(old, MORNING + HOUR)
    with old.hub.database.transaction() as connection, pytest.raises(ServiceError):
        retire(connection, Change("gauge/old", "again", "wen", MORNING))


def test_an_alarm_that_is_being_answered_as_its_device_leaves_ends_a_moment_later(old: TrialCity) -> None:
    with old.hub.database.dedicated() as responder, responder.transaction():
        assert responder.execute("select from hub.alarm where cleared is null for update").rowcount == 1
        old.clock.set(MORNING + HOUR)
        with old.hub.database.transaction() as connection:
            retire(connection, Change("gauge/old", "the street is gone", "wen", MORNING + HOUR))
        old.hub.look_round()
    assert standing(old) == ["deep_water"]
    old.hub.look_round()
    assert standing(old) == []
