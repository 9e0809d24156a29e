"""Every widget of traffic shows what the simulated city sends through the real hub."""

from datetime import date, timedelta

import numpy as np

from citywide.hub import Form, OpenCase, Point, Text
from citywide.hub.ingest.batch import columns_of
from citywide.hub.people.who import Who
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.simulated.twin import Place, Plan, Weather
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.traffic import SYSTEM, duties
from citywide.systems.traffic.api.joining import NamedDetectors, NewCrossing
from citywide.systems.traffic.api.logs import Log
from citywide.systems.traffic.api.own_plans import DayAsked, OwnHours, OwnPlan
from citywide.systems.traffic.api.plans import ChangeEnded, EventDay, Milestone, PlanChange
from citywide.systems.traffic.api.works import Works
from citywide.systems.traffic.duties.schedules import day_kinds
from citywide.systems.traffic.engine.plans import DayKind
from citywide.systems.traffic.twin import TrafficTwin

WORDS = {quantity.name for quantity in SYSTEM.quantities}  # positions are a word of the hub
DESK = Who("desk", roles=("officer",), departments=("traffic",))


def a_city(count: int) -> Plan:
    places = [Place("crossing", Text(f"C{n}", f"{n}号路口"), Point(106.5 + 0.004 * n, 29.5), "d") for n in range(count)]
    return Plan(3, 1, places, {})


DOTS = """
    select count(*) * 3 as dots from traffic.arrival where crossing || ' ' || phase = %(chosen)s
        and time > (select max(time) from traffic.arrival) - interval '1 hour'
"""


PAGES = {page.name: page for page in SYSTEM.pages}
DOORS = {
    "plan-changes": PlanChange, "plan-changes/ended": ChangeEnded, "milestones": Milestone, "event-days": EventDay,
    "own-plans": OwnPlan, "own-hours": OwnHours, "day-ahead": DayAsked, "works": Works, "crossings": NewCrossing,
    "detectors": NamedDetectors, "events": Log,
}  # fmt: skip


def rows_of(city: TrialCity, page: str, widget: int, chosen: str, place: int) -> list[list]:
    """What a reader sees of a widget who has chosen something."""
    query = queries_of_widget(PAGES[page], widget, chosen)[place]
    return sheet(city.hub.database, DESK, SYSTEM, query, city.clock.now()).rows


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
    with city.hub.database.transaction() as connection:
        closing = OpenCase(Text("Close the road", "封闭道路"), "closed_road", about=twin.crossings[0])
        city.hub.desk.open(connection, closing, city.clock.now())
    duties.measure(city.hub)
    duties.advise(city.hub)
    duties.choose_plans(city.hub)
    duties.choose_plans(city.hub)
    shown = {}
    for page in SYSTEM.pages:
        for number in range(len(page.widgets)):
            for query in queries_of_widget(page, number):
                key = (query.name, *(value for name, value in query.values.items() if name != "chosen"))
                shown[key] = sheet(city.hub.database, DESK, SYSTEM, query, city.clock.now()).rows
    forms = {part.action: part.fields for page in SYSTEM.pages for part in page.widgets if isinstance(part, Form)}
    for door, takes in DOORS.items():
        asked = {field.name for field in forms[f"/v1/traffic/{door}"]}
        assert asked == set(takes.__struct_fields__) - {"begins"}
    empty = {key for key, rows in shown.items() if not rows}
    seen = {key[1] for key, rows in shown.items() if key[0] == "measure_history" and rows}
    assert {"arrivals_on_green", "platoon_ratio", "approach_delay", "approach_volume", "split_failures"} <= seen
    counted = {row[0]["en"]: row for key, rows in shown.items() if key[0] == "controller_measures" for row in rows}
    told = {
        "Cycles",
        "Green achieved",
        "Phases ended by gap",
        "Phases forced off",
        "Wait for green",
        "Wait of pedestrians",
    }
    assert told <= {title for title, row in counted.items() if row[1] is not None}
    assert counted["Pedestrians"][3:5] == [{"en": "sum", "zh": "合计"}, 2]
    assert counted["Phases ended at their maximum"][3]["en"].startswith("nobody")
    assert empty <= {("incidents_on_map",), ("feedback_table",), ("comparisons",),
                     ("evidence_of_system", "traffic"), ("plan_changes",),
                     ("event_days_table",), ("priority_table",), ("works_table",), ("works_on_map",),
                     ("own_plans_table",), ("own_hours_table",), ("running_changes",),
                     ("priority_on_map",), ("faults_table",), ("blind_detectors",)}  # fmt: skip
    assert len(shown["plan_choices",]) == 2
    scene, ground, crossings = (rows_of(city, "crossing", 0, "02", place) for place in range(3))
    assert {row[0] for row in crossings} == {"01", "02"}
    assert {str(row[1])[:12] for row in scene} == {str(row[0])[:12] for row in ground} == {"detector/02-"}
    dots, phases = (rows_of(city, "measures", 0, "", place) for place in range(2))
    fewest = min(phases, key=lambda row: len(rows_of(city, "measures", 0, row[0], 0)))[0]
    (counted,) = city.hub.database.rows(DOTS, {"chosen": fewest})
    assert len(rows_of(city, "measures", 0, fewest, 0)) == counted["dots"] < len(dots)
    assert all(0 <= row[2] <= 100 for row in shown["measure_history", "arrivals_on_green", "mean"])
    ((near, far, now_on_green, best, shift_s, _judged),) = shown["offset_advice",]
    assert (near["en"], far["en"]) == ("C0", "C1")
    assert 0 <= now_on_green <= best <= 100
    assert abs(shift_s) <= 60
    assert {row[1] for row in shown["time_space",]} == {0, 18}  # seconds along the street
    assert [row[1]["en"] for row in shown["street_choices",]] == ["C0 – C1"]


def test_plans_are_made_from_counted_volumes_and_form_a_green_wave(city: TrialCity) -> None:
    twin = TrafficTwin(a_city(3))
    city.add(*twin.entities)
    with city.hub.database.transaction() as connection:
        for day in range(1, 30):
            connection.execute(COUNTED, {"day": MORNING - timedelta(days=day)})
    duties.derive_plans(city.hub)
    duties.choose_plans(city.hub)
    rows = city.hub.database.rows("select told from traffic.plan_choice order by crossing")
    told = [row["told"] for row in rows]
    assert [one["plan"][:8] for one in told] == ["weekday-"] * 3
    assert len({one["cycle_s"] for one in told}) == 1
    assert all(0 <= one["offset_s"] < one["cycle_s"] for one in told)
    assert told[0]["splits_s"][2] > told[0]["splits_s"][0]
    kinds = city.hub.database.rows("select distinct day_kind from traffic.timetable order by 1")
    assert [row["day_kind"] for row in kinds] == ["holiday", "weekday", "weekend"]
    kind_of = day_kinds(city.hub)
    golden_week = [kind_of(date(2026, 10, day)) for day in range(1, 12)]  # the 3rd and 4th are a weekend's days
    assert golden_week == [DayKind.HOLIDAY] * 7 + [DayKind.WEEKDAY] * 3 + [DayKind.WEEKEND]


COUNTED = """
    insert into traffic.volume (lane, quarter, vph)
    select entity.number, date_trunc('day', %(day)s::timestamptz) + step * interval '15 minutes',
        case when (facts ->> 'lane')::int in (4, 8) then 500 else 120 end
            * (0.3 + exp(-((step / 4.0 - 0) / 3) ^ 2) + exp(-((step / 4.0 - 10) / 2) ^ 2)) + entity.number %% 3
    from hub.entity cross join generate_series(0, 95) step where kind = 'detector'
"""


VALUED = """
    insert into traffic.day_value
    select number, %s, 'congestion_index', %s from hub.entity where kind = 'crossing'
"""


def test_a_milestone_is_judged_by_days_of_a_kind_with_its_interval(city: TrialCity) -> None:
    twin, dice = TrafficTwin(a_city(1)), np.random.default_rng(4)
    city.add(*twin.entities)
    with city.hub.database.transaction() as connection:
        for ago in range(1, 58):  # from after New Year on
            day = MORNING.date() - timedelta(days=ago)
            value = (3.0 if day.weekday() < 5 else 2.0) * (0.9 if ago < 28 else 1.0) + dice.normal(0, 0.05)
            connection.execute(VALUED, (day, value))
        connection.execute("insert into traffic.milestone (day, what, who) values (%s, 'adaptive timing', 'mei')",
                           (MORNING.date() - timedelta(days=28),))  # fmt: skip
    duties.compare_days(city.hub)
    (found,) = city.hub.database.rows("select change, low, high, days_after from traffic.comparison")
    assert found["low"] < -0.1 < found["high"] < 0
    assert found["days_after"] == 18  # of 27: the Spring Festival's nine days have no match before
