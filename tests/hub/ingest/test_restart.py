"""A restart, at any moment, leaves the rules exactly where the last commit left them."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import msgpack

from citywide.hub import Entity, Point, Reading
from citywide.hub.ingest.batch import columns_of
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity, fresh_database
from citywide.systems import SYSTEMS

GAUGES = [Entity(f"gauge/{n}", "gauge", f"Gauge {n}", Point(106.5, 29.5 + n / 100), "drainage") for n in range(3)]
days = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 9), st.sampled_from([0.0, 5.0, 9.0, 12.0, 30.0])),
    min_size=3,
    max_size=25,
)


def play(city: TrialCity, day: list[tuple[int, int, float]], start: int) -> int:
    minute = start
    for gauge, pause, value in day:
        minute += pause
        now = MORNING + timedelta(minutes=minute)
        city.clock.set(now)
        city.wait(city.hub.reception.receive(columns_of([Reading(f"gauge/{gauge}", "water_depth", now, value)])))
    return minute


def alarms(city: TrialCity) -> list[tuple[object, ...]]:
    rows = city.hub.database.rows("select rule, entity, raised, cleared from hub.alarm order by raised, entity, rule")
    return [tuple(row.values()) for row in rows]


def city_of(cluster, folder, name: str) -> TrialCity:
    city = TrialCity(Settings(data=folder, database_url=fresh_database(cluster, name)), SYSTEMS)
    city.add(*GAUGES)
    return city


def killed(city: TrialCity) -> TrialCity:
    """The city's next worker: its last one is dead to the others, and nothing more was written down."""
    with city.hub.database.transaction() as connection:
        connection.execute("delete from hub.worker")
    return TrialCity(city.hub.settings, SYSTEMS)


@given(st.lists(st.tuples(days, st.booleans()), min_size=5, max_size=5))
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_days_with_kills_between_them_raise_the_same_alarms_as_days_without(cluster, tmp_path, several) -> None:
    whole, lives = city_of(cluster, tmp_path, "whole"), [city_of(cluster, tmp_path, "killed")]
    minute = 0
    try:
        for day, flushed in several:
            play(whole, day, minute)
            minute = play(lives[-1], day, minute)
            for city in (whole, lives[-1]) if flushed else ():
                city.hub.round()
            lives.append(killed(lives[-1]))
            assert alarms(lives[-1]) == alarms(whole)
    finally:
        for city in (whole, lives.pop()):
            city.close()
        for city in lives:
            city.abandon()


def test_memory_that_another_version_wrote_down_keeps_no_worker_from_its_parts(city: TrialCity) -> None:
    city.add(*GAUGES)
    minute = play(city, [(0, 1, 30.0), (1, 1, 5.0)], 0)
    city.settle()
    with city.hub.database.transaction() as connection:
        connection.execute("update hub.snapshot set state = %s", (msgpack.encode({"series": b"", "newest": b""}),))
        connection.execute("delete from hub.worker")
    again = TrialCity(city.hub.settings, SYSTEMS)
    try:
        assert len(again.hub.committer.parts) == 64
        assert again.send(Reading("gauge/0", "water_depth", MORNING + timedelta(minutes=1), 30.0)).duplicate == 1
        play(again, [(0, 1, 2.0), (1, 1, 30.0)], minute)
        assert [(entity, cleared is None) for rule, entity, _, cleared in alarms(again) if rule == "deep_water"] == [
            (1, False), (2, True)]  # fmt: skip
    finally:
        again.close()
