"""A day of controllers' events, counted by the database, tells which devices a technician should look at."""

from datetime import timedelta

import numpy as np

from citywide.hub import Entity, Reading
from citywide.hub.ingest.batch import columns_of
from citywide.hub.people.who import Who
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.testing import MORNING, TrialCity
from citywide.systems.traffic import SYSTEM, duties
from citywide.systems.traffic.events_feed import CODE
from citywide.systems.traffic.pages.devices import DEVICES

DESK = Who("desk", roles=("officer",), departments=("traffic",))
GREEN, YELLOW, RED, GAP_OUT, MAX_OUT, HIT, PUSHED = 1, 8, 10, 4, 5, 82, 90


def crossing(name: str) -> list[Entity]:
    facts = {"crossing": name, "lane": 1, "advance": 11, "presence": 31, "name_en": f"Lane of {name}"}
    return [
        Entity(f"crossing/{name}", "crossing", f"{name}号路口", None, "traffic", {"name_en": f"Crossing {name}"}),
        Entity(f"detector/{name}-1", "detector", f"{name}车道", None, "traffic", facts),
    ]


def events(name: str, code: int, parameter: int, every_s: float, until_h: float = 25.0) -> list[Reading]:
    """Events for a day and an hour, but for a time in which nothing was heard."""
    began = MORNING - timedelta(hours=25)
    moments = [began + timedelta(seconds=every_s * k) for k in range(int(until_h * 3600 / every_s))]
    apart = timedelta(microseconds=code * 256 + parameter)
    return [Reading(f"crossing/{name}", "signal_event", at + apart, code * CODE + parameter) for at in moments]


def receive(city: TrialCity, readings: list[Reading]) -> None:
    receipt = city.wait(city.hub.reception.receive(columns_of(readings)))
    assert receipt.refused_count == 0


def shown(city: TrialCity, widget: int) -> list[list]:
    (query,) = queries_of_widget(DEVICES, widget)
    return sheet(city.hub.database, DESK, SYSTEM, query, city.clock.now()).rows


def test_a_technician_reads_what_is_odd_in_the_last_day(city: TrialCity) -> None:
    city.add(*crossing("1"), *crossing("2"), *crossing("3"), *crossing("4"))
    sound = [(GREEN, 1, 60), (RED, 1, 60), (GAP_OUT, 1, 60), (HIT, 11, 60), (HIT, 31, 60)]
    receive(city, [one for event in sound for one in events("1", *event)])
    odd = [(GREEN, 1, 60), (MAX_OUT, 1, 60), (HIT, 11, 7200), (HIT, 31, 60), (PUSHED, 9, 300)]
    receive(city, [one for event in odd for one in events("2", *event)])
    receive(city, [one for event in sound for one in events("3", *event, until_h=22.0)])
    receive(city, events("4", GREEN, 1, 60, until_h=0.5))
    city.settle()
    duties.look_after_devices(city.hub)
    duties.look_after_devices(city.hub)  # what was found before is replaced
    found = [(row[0]["en"], row[1]["en"], row[2]["en"]) for row in shown(city, 3)]
    assert found == [
        ("Crossing 4", "controller", "0 events in a day"),
        ("Crossing 3", "controller", "silent for 180 min"),
        ("Crossing 2", "detector 11", "11 vehicles in a day"),
        ("Crossing 4", "detector 11", "0 vehicles in a day"),
        ("Crossing 4", "detector 31", "0 vehicles in a day"),
        ("Crossing 2", "phase 1", "100 % of greens ran to their maximum"),
        ("Crossing 2", "button 9", "pushed 288 times"),
    ]
    assert shown(city, 1) == [[3]]
    assert shown(city, 0) == [[0]]
    assert np.isin([row[2]["zh"][:2] for row in shown(city, 3)], ["一日", "失联", "10"]).all()


def test_a_controller_that_has_just_begun_to_speak_is_not_judged_yet(city: TrialCity) -> None:
    city.add(*crossing("1"))
    receive(city, [Reading("crossing/1", "signal_event", MORNING - timedelta(minutes=20), CODE)])
    city.settle()
    duties.look_after_devices(city.hub)
    assert shown(city, 3) == []


def test_a_radar_that_hangs_calls_a_technician_and_stands_on_the_page(city: TrialCity) -> None:
    city.add(*crossing("1"))
    receive(city, [Reading("detector/1-1", "frozen_detector", MORNING, 1.0)])
    city.settle()
    ((name, says, raised),) = shown(city, 2)
    assert (name["en"], says["en"]) == ("Lane of 1", "the detector only repeats itself at 1车道")
    assert raised is not None
    city.clock.set(MORNING + city.hub.city.outage.within)
    city.settle()
    assert city.hub.database.rows("select category from hub.cases") == [{"category": "broken_detector"}]
