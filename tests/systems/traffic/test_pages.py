"""Every widget of traffic shows what the simulated city sends through the real hub."""

from datetime import timedelta

import numpy as np

from citywide.hub import Point, Reading, Text
from citywide.hub.ingest.batch import columns_of
from citywide.hub.page_data import queries_of_widget, sheet
from citywide.hub.people.who import Who
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.twin import Place, Plan, Weather
from citywide.systems.traffic import SYSTEM, duties
from citywide.systems.traffic.twin import TrafficTwin

WORDS = {quantity.name for quantity in SYSTEM.quantities}  # positions are a word of the hub
DESK = Who("desk", roles=("officer",), departments=("traffic",))


def a_city(count: int) -> Plan:
    places = [Place("crossing", Text(f"C{n}", f"{n}号路口"), Point(106.5 + 0.004 * n, 29.5), "d") for n in range(count)]
    return Plan(3, 1, places, {})


def test_every_widget_has_rows_after_an_hour_of_traffic(city: TrialCity) -> None:
    twin = TrafficTwin(a_city(2))
    city.add(*twin.entities)
    for minute in range(1, 51):
        now = MORNING + timedelta(minutes=minute)
        city.clock.set(now)
        readings = [r for r in twin.step(now, 60, Weather(np.zeros(0), 20)) if r.quantity in WORDS]
        receipt = city.wait(city.hub.reception.receive(columns_of(readings)))
        assert receipt.refused_count == 0
    city.settle()
    duties.measure(city.hub)
    duties.choose_plans(city.hub)
    duties.choose_plans(city.hub)
    shown = {}
    for page in SYSTEM.pages:
        for number in range(len(page.widgets)):
            for query in queries_of_widget(page, number):
                key = (query.name, *query.values.values())
                shown[key] = sheet(city.hub.database, DESK, SYSTEM, query, city.clock.now()).rows
    empty = {key for key, rows in shown.items() if not rows}
    assert empty <= {("incidents_on_map",), ("feedback_table",), ("cases_of_department", "traffic"),
                     ("evidence_of_department", "traffic")}  # fmt: skip
    assert len(shown["plan_choices",]) == 2
    assert all(0 <= row[2] <= 100 for row in shown["measure_history", "arrivals_on_green"])


def test_an_officers_word_false_is_kept_and_told_to_the_roadside(city: TrialCity) -> None:
    twin = TrafficTwin(a_city(1))
    city.add(*twin.entities)
    city.send(Reading(twin.lanes[0].id, "stopped_vehicle", MORNING, 12, "s"))
    with city.hub.database.transaction() as connection:
        connection.execute(
            "update hub.alarm set acknowledged = %s, acknowledged_by = 'desk', "
            "acknowledged_note = 'false: a taxi rank'",
            (MORNING,),
        )
    duties.learn(city.hub)
    duties.learn(city.hub)
    (kept,) = city.hub.database.rows("select kind, was_real from traffic.incident_feedback")
    assert kept == {"kind": "stopped_vehicle", "was_real": False}
    told = city.hub.database.rows("select facts from hub.message where facts ->> 'was_real' = 'false'")
    assert len(told) == 1
