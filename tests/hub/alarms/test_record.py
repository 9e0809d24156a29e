"""An alarm is told to whoever answers for the thing now, by the name that it has now."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from citywide.hub import Entity, OpenCase, Point, Reading, Text
from citywide.hub.alarms import answer
from citywide.hub.alarms.record import record
from citywide.hub.ingest import committer
from citywide.hub.ingest.batch import columns_of
from citywide.hub.rules.evaluator import Transition
from citywide.hub.testing import MORNING, TrialCity
from citywide.kit.clock import microseconds


def deep(city: TrialCity, minute: int, depth: float) -> None:
    city.clock.set(MORNING + timedelta(minutes=minute))
    city.send(Reading("gauge/1", "water_depth", MORNING + timedelta(minutes=minute), depth))


def test_a_gauge_that_was_renamed_and_handed_over_rings_at_its_new_department_alone(lasting_city: TrialCity) -> None:
    city = lasting_city
    city.add(Entity("gauge/1", "gauge", "Elm Street", Point(106.5, 29.5), "drainage"))
    deep(city, 0, 20)
    city.add(Entity("gauge/1", "gauge", "Elm Court", Point(106.5, 29.5), "roads"))
    for minute, depth in ((1, 1), (2, 20)):
        deep(city, minute, depth)
    alarms = city.hub.database.rows(
        "select department, says ->> 'en' as says from hub.alarm where rule = 'deep_water' order by id"
    )
    assert [(each["department"], "Elm Court" in each["says"]) for each in alarms] == [
        ("drainage", False),
        ("roads", True),
    ]
    told = city.hub.database.rows(
        "select kind, department from evidence.entry where kind in ('alarm', 'clear') order by index"
    )
    assert [tuple(each.values()) for each in told] == [("alarm", "drainage"), ("clear", "drainage"), ("alarm", "roads")]


def test_a_crew_that_has_told_half_its_place_keeps_nobody_from_going(lasting_city: TrialCity) -> None:
    city, hub = lasting_city, lasting_city.hub
    city.add(Entity("traffic_crew/half", "traffic_crew", "Half", None, "traffic_police", {"on_shift": True}))
    city.send(Reading("traffic_crew/half", "position_lon", MORNING, 106.5))
    order = OpenCase(Text("dark", "不亮"), "traffic_light", place=Point(106.5, 29.5), wants="traffic_crew")
    with hub.database.transaction() as connection:
        case = hub.desk.open(connection, order, MORNING)
    city.send(Reading("traffic_crew/half", "position_lat", MORNING, 29.5))
    with hub.database.transaction() as connection:
        hub.desk.somebody_is_free(connection, MORNING)
    asked = (
        "select cases.state, entity.lat from hub.cases left join hub.entity on number = assigned_to where cases.id = %s"
    )
    assert [tuple(each.values()) for each in hub.database.rows(asked, (case,))] == [("assigned", 29.5)]


def test_two_gauges_of_one_name_that_ring_at_once_are_two_entries(lasting_city: TrialCity) -> None:
    city = lasting_city
    city.add(*(Entity(f"gauge/twin{n}", "gauge", "Twin Lane", None, "drainage") for n in range(2)))
    for minute, depth in enumerate((3.0, 30.0)):
        at = MORNING + timedelta(hours=2, minutes=minute)
        city.clock.set(at)
        city.send(*(Reading(f"gauge/twin{n}", "water_depth", at, depth) for n in range(2)))
    rings = city.hub.database.rows("""select count(*) as alarms from hub.alarm join hub.entity on number = entity
        where name = 'Twin Lane' and rule = 'deep_water'""")  # fmt: skip
    told = city.hub.database.rows("select body from evidence.entry where kind = 'alarm'")
    heard = [row["body"] for row in told if b"Twin Lane" in row["body"] and b'"rule":"deep_water"' in row["body"]]
    assert (rings[0]["alarms"], len(heard)) == (2, 2)


def test_a_flood_of_alarms_is_answered_piece_by_piece_and_the_worker_is_heard_of_meanwhile(
    lasting_city: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, waiting = lasting_city.hub, "select count(*) as alarms from hub.alarm where not answered_raise"
    lasting_city.settle()
    lasting_city.add(*[Entity(f"gauge/flood-{n}", "gauge", f"Flood {n}", None, "drainage") for n in range(5)])
    flood = [Reading(f"gauge/flood-{n}", "water_depth", MORNING + timedelta(minutes=9), 30.0) for n in range(5)]
    lasting_city.wait(hub.reception.receive(columns_of(flood)))
    monkeypatch.setattr(answer, "AT_ONCE", 2)
    left = hub.database.rows(waiting)
    for _ in range(3):
        hub.respond()
        left += hub.database.rows(waiting)
    (first, *then) = (row["alarms"] for row in left)
    assert then == [first - 2, first - 4, first - 6]


class Counted:
    """A connection that counts what is said to it."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.statements = connection, 0

    def execute(self, *said: Any) -> Any:
        self.statements += 1
        return self.connection.execute(*said)


def ringing(city: TrialCity, name: str, changes: list[bool]) -> tuple[list[Transition], np.ndarray]:
    """Changes of one rule at as many things, or at the same one again and again where it is named so."""
    rule, found = city.hub.words.rules["deep_water"], list[int]()
    for number in range(len(changes)):
        city.add(thing := Entity(name.format(number), "gauge", name.format(number), None, "drainage"))
        found += [
            row["number"] for row in city.hub.database.rows("select number from hub.entity where id = %s", (thing.id,))
        ]
    at = microseconds(MORNING)
    return [Transition(rule, place, raised, at + place, 20.0) for place, raised in enumerate(changes)], np.array(found)


def test_however_many_ring_together_the_statements_are_as_few(lasting_city: TrialCity) -> None:
    said = list[int]()
    for many in (1, 40):
        changes, whose = ringing(lasting_city, f"gauge/choir-{many}-{{}}", [True] * many)
        with lasting_city.hub.database.transaction() as connection:
            record(counted := Counted(connection), changes, whose)
        said.append(counted.statements)
    assert said[0] == said[1]
    rang = """select count(*) as alarms from hub.alarm join hub.entity on number = entity
        where starts_with(entity.id, 'gauge/choir-40-')"""
    assert lasting_city.hub.database.rows(rang) == [{"alarms": 40}]


def test_an_alarm_that_comes_and_goes_within_one_batch_is_told_in_its_order(lasting_city: TrialCity) -> None:
    changes, whose = ringing(lasting_city, "gauge/ripple", [True, False, True, True, False, True])
    with lasting_city.hub.database.transaction() as connection:
        record(connection, changes, whose)
    told = lasting_city.hub.database.rows(
        "select kind, body from evidence.pending union all select kind, body from evidence.entry order by 2"
    )
    ripples = [row["kind"] for row in told if b"gauge/ripple" in row["body"]]
    assert sorted(ripples) == ["alarm", "alarm", "alarm", "clear", "clear"]  # one stood already
    alarms = lasting_city.hub.database.rows(
        "select cleared is null as stands from hub.alarm join hub.entity on number = entity "
        "where entity.id = 'gauge/ripple' order by alarm.id"
    )
    assert [row["stands"] for row in alarms] == [False, False, True]


def test_a_power_cut_rings_piece_by_piece_and_readings_get_through_between(
    lasting_city: TrialCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    city, at = lasting_city, MORNING + timedelta(days=1)
    city.clock.set(at)
    city.settle()
    names = [f"gauge/dark-{n}" for n in range(5)]
    city.add(*(Entity(name, "gauge", name, None, "drainage") for name in [*names, "gauge/lit"]))
    city.send(*(Reading(name, "water_depth", at, 1.0) for name in names))
    monkeypatch.setattr(committer, "MOST_SILENT", 2)
    city.clock.set(at + timedelta(hours=1))
    silent, rung = (
        (
            "select count(*) as alarms from hub.alarm join hub.entity on number = entity "
            "where rule = 'gauge_silent' and starts_with(entity.id, 'gauge/dark-') and cleared is null"
        ),
        list[int](),
    )
    for minute in range(3):
        city.hub.look_round()
        rung += [row["alarms"] for row in city.hub.database.rows(silent)]
        lit = Reading("gauge/lit", "water_depth", at + timedelta(hours=1, minutes=minute), 1.0)
        assert city.wait(city.hub.reception.receive(columns_of([lit]))).accepted == 1
    assert rung == [2, 4, 5]
