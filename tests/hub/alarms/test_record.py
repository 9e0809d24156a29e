"""An alarm is told to whoever answers for the thing now, by the name that it has now."""

from datetime import timedelta

import pytest

from citywide.hub import Entity, OpenCase, Point, Reading, Text
from citywide.hub.alarms import answer
from citywide.hub.ingest.batch import columns_of
from citywide.hub.testing import MORNING, TrialCity


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
