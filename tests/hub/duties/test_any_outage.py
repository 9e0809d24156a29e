"""Whatever falls silent and comes back, in any order, under any worker: each that is silent has one open case."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citywide.hub.testing import MORNING, TrialCity
from tests.hub.duties.silences import gauges, unheld

NAMES = [str(number) for number in range(8)]
DEED = st.one_of(
    st.tuples(st.just("falls silent"), st.sets(st.integers(0, 7), min_size=1)),
    st.tuples(st.just("speaks"), st.sets(st.integers(0, 7), min_size=1)),
    st.tuples(st.just("minutes pass"), st.sets(st.integers(0, 4), min_size=1, max_size=1)),
    st.tuples(st.just("a worker looks"), st.just(set[int]())),
    st.tuples(st.just("a worker dies in its look"), st.just(set[int]())),
    st.tuples(st.just("alarms are answered"), st.just(set[int]())),
)
RAISE = """
with raised as (
    insert into hub.alarm (rule, severity, entity, department, raised, value, says, answered_raise, answered_clear)
    select 'gauge_silent', 'notice', number, department, %(at)s, 1801, '{"en": "silent", "zh": "失联"}', true, true
    from hub.entity where id = any(%(ids)s)
    on conflict (rule, entity) where cleared is null do nothing returning id, entity, department, raised
)
insert into hub.device_alarm (alarm, entity, department, silent, since, noticed)
select id, entity, department, true, raised - interval '30 minutes', raised from raised
"""
CLEAR = """
update hub.alarm set cleared = %(at)s from hub.entity
where number = entity and entity.id = any(%(ids)s) and cleared is null
"""
STATES = "select count(*) filter (where state <> 'closed') as open, count(*) as all from hub.cases"
STANDING = "select count(*) as standing from hub.alarm where cleared is null"


@pytest.fixture(scope="module")
def district(lasting_city: TrialCity) -> TrialCity:
    gauges(lasting_city, 8)
    return lasting_city


class BrokenError(Exception):
    """The power of the worker's own machine."""


def do(city: TrialCity, deed: str, which: set[int]) -> None:
    now = city.clock.now()
    values = {"at": now, "ids": [f"gauge/g-{number}" for number in which]}
    if deed == "minutes pass":
        city.clock.set(now + timedelta(minutes=sum(which)))
    elif deed == "alarms are answered":
        city.hub.responder.answer_all()
    elif deed == "a worker looks":
        city.hub.outages.look(now)
    elif deed == "a worker dies in its look":
        with pytest.MonkeyPatch.context() as patch, suppress(BrokenError):
            patch.setattr(type(city.hub.outages), "_follow", broken)
            city.hub.outages.look(now)
    else:
        with city.hub.database.transaction() as connection:
            connection.execute(RAISE if deed == "falls silent" else CLEAR, values)


def broken(*_args: object) -> None:
    raise BrokenError


def come_to_rest(city: TrialCity) -> None:
    """Long enough for everything that waits; nobody falls silent or speaks meanwhile."""
    for _ in range(5):
        city.clock.set(city.clock.now() + timedelta(minutes=3))
        city.hub.outages.look(city.clock.now())
        city.hub.responder.answer_all()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(more_than=st.integers(1, 5), deeds=st.lists(DEED, max_size=30))
def test_each_silent_device_is_in_exactly_one_open_case_and_in_none_when_it_is_back(
    district: TrialCity, more_than: int, deeds: list[tuple[str, set[int]]]
) -> None:
    city, hub = district, district.hub
    city.clock.set(max(city.clock.now(), MORNING) + timedelta(hours=1))
    outages = hub.outages
    hub.outages = type(outages)(
        outages.database, outages.desk, outages.labels, type(outages.bounds)(more_than=more_than)
    )
    for deed, which in deeds:
        do(city, deed, which)
    come_to_rest(city)
    assert unheld(city) == []
    standing = hub.database.rows(STANDING)[0]["standing"]
    assert hub.database.rows(STATES)[0]["open"] <= standing
    do(city, "speaks", set(range(8)))
    come_to_rest(city)
    assert hub.database.rows(STATES)[0]["open"] == 0
    assert hub.database.rows("select from hub.device_alarm") == []
