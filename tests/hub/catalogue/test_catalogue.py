"""The catalogue says what the store holds, and other portals can read it."""

import warnings
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import json

from citywide.hub import Entity, Point, Reading, Who
from citywide.hub.catalogue.dcat import catalogue
from citywide.hub.catalogue.sets import DataSet, data_sets, judge
from citywide.hub.screens import wall
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.testing import MORNING
from citywide.kit.text import Text

SHAPES = Path(__file__).parent / "dcat_ap.ttl"


@pytest.fixture
def sets(city) -> list[DataSet]:
    """Two gauges: one spoke in six hours of the day, the other in three of them; rain and a wrong way but once."""
    city.add(*(Entity(f"gauge/{n}", "gauge", f"Gauge {n}", Point(106.5, 29.5 + n / 10), "drainage") for n in range(2)))
    for hour in range(6):
        now = MORNING + timedelta(hours=hour)
        city.clock.set(now)
        city.send(*(Reading(f"gauge/{n}", "water_depth", now, 1.0 + hour) for n in range(2) if n == 0 or hour < 3))
        if hour == 0:
            city.send(Reading("gauge/0", "rain", now, 0.2), Reading("gauge/0", "wrong_way", now, 5))
    judge(city.hub.database, city.hub.words, now + timedelta(minutes=1))
    return data_sets(city.hub.database, city.hub.words, now + timedelta(minutes=1))


def test_a_set_says_whose_it_is_how_fresh_complete_and_plausible(sets) -> None:
    found = next(found for found in sets if found.quantity == "water_depth")
    assert (found.system, found.kind, found.department, found.series) == ("waterlogging", "gauge", "drainage", 2)
    assert found.fresh_seconds == 60
    assert found.complete == pytest.approx(9 / 12)
    assert found.plausible == 1
    assert found.bounds == (106.5, 29.5, 106.5, 29.6)


def test_a_set_that_lost_a_day_is_incomplete_and_a_daily_one_is_whole_with_one_word_a_day(city) -> None:
    city.add(Entity("gauge/1", "gauge", "Gauge 1"), Entity("hospital/1", "hospital", "First"))
    for hour in (0, 1, 24):
        city.clock.set(now := MORNING + timedelta(hours=hour))
        city.send(Reading("gauge/1", "water_depth", now, 1.0), Reading("hospital/1", "visits_diarrhoea", now, hour))
    found = {score.quantity: score for score in judge(city.hub.database, city.hub.words, now + timedelta(hours=1))}
    assert found["water_depth"].complete == pytest.approx(2 / 24)
    assert found["visits_diarrhoea"].complete == 1


def page_of(city, who: Who) -> list[list[dict[str, object]]]:
    """What each table and number of the catalogue's page shows a reader."""
    page = next(page for page in wall.SYSTEM.pages if page.name == "catalogue")
    sheets = [
        sheet(city.hub.database, who, wall.SYSTEM, query, MORNING)
        for at in range(len(page.widgets))
        for query in queries_of_widget(page, at)
    ]
    return [[dict(zip(each.columns, row, strict=True)) for row in each.rows] for each in sheets]


def test_the_page_shows_each_set_its_owner_and_its_scores_and_where_to_take_them_along(city, sets) -> None:
    size, gaps, held, links = page_of(city, Who("mayor", ("manager",), (), everywhere=True))
    depth = next(row for row in held if row["quantity"] == "water_depth")
    assert (depth["kind"], depth["department"], depth["series"]) == ("gauge", "drainage", 2)
    assert (depth["complete"], depth["plausible"]) == (75, 100)
    assert {row["quantity"]: row["complete"] for row in held} == {"water_depth": 75, "rain": 16.7, "wrong_way": None}
    assert depth["newest"] == MORNING + timedelta(hours=5)
    assert size[0]["count"] == len(held)
    assert gaps[0]["count"] == 1
    assert {row["href"] for row in links} == {"/v1/catalogue", "/v1/catalogue.jsonld"}


def test_the_page_shows_a_department_its_own_sets_only(city, sets) -> None:
    assert page_of(city, Who("lin", ("officer",), ("parks",)))[2] == []


def valid(document: dict) -> tuple[bool, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib's own
        import pyshacl  # noqa: PLC0415 - its import warns

        conforms, _, text = pyshacl.validate(
            json.encode(document).decode(),
            data_graph_format="json-ld",
            shacl_graph=str(SHAPES),
            shacl_graph_format="ttl",
        )
    return conforms, text


def test_the_catalogue_is_valid_dcat_ap(sets) -> None:
    conforms, text = valid(catalogue(Text("A city", "某市"), "https://city.example", sets))
    assert conforms, text


def test_the_shapes_find_what_is_missing(sets) -> None:
    document = catalogue(Text("A city", "某市"), "https://city.example", sets)
    del document["dcat:dataset"][0]["dct:title"]
    assert not valid(document)[0]
