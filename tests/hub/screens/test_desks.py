"""A system's page shows the cases of its categories to whoever answers for them in this city."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from citywide.hub import Entity, Point, Reading, Who
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.screens.data import queries_of_widget, sheet
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity
from tests.hub.vocabulary.test_own import city_that_says

MOVED = """
[departments.river_office]
en = "River office"
zh = "河道管理处"
[categories.flooded_road]
department = "river_office"
"""
RIVER = Who("river", ("officer",), ("river_office",))
DRAINAGE = Who("drains", ("officer",), ("drainage",))


@pytest.fixture
def city(settings: Settings, tmp_path: Path) -> Iterator[TrialCity]:
    city = city_that_says(MOVED, settings, tmp_path)
    city.add(Entity("gauge/elm", "gauge", "Elm", Point(106.5, 29.5), "drainage"))
    city.send(Reading("gauge/elm", "water_depth", MORNING, 16.0))
    yield city
    city.close()


def shown(city: TrialCity, who: Who, widget: str) -> list[dict[str, object]]:
    """The rows of the water page's board, or of its timeline."""
    system = city.hub.words.systems["waterlogging"]
    (page,) = (page for page in system.pages if page.name == "now")
    (at,) = (at for at, each in enumerate(page.widgets) if type(each).__name__ == widget)
    (query,) = queries_of_widget(page, at)
    found = sheet(city.hub.database, who, system, query, MORNING)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_whom_the_city_has_answer_for_floods_sees_them_on_the_water_page(city: TrialCity) -> None:
    assert [row["category"] for row in shown(city, RIVER, "Board")] == ["flooded_road"]
    assert any(row["kind"] == "case" for row in shown(city, RIVER, "Timeline"))


def test_whose_gauges_they_are_still_reads_what_they_said(city: TrialCity) -> None:
    assert shown(city, DRAINAGE, "Board") == []
    assert [row["kind"] for row in shown(city, DRAINAGE, "Timeline")] == ["alarm"]


def test_a_case_of_another_matter_is_on_no_page_of_water(city: TrialCity) -> None:
    with city.hub.database.transaction() as connection:
        connection.execute("update hub.cases set category = 'noise'")
    assert shown(city, RIVER, "Board") == []


def test_a_map_that_cannot_show_all_open_cases_says_of_how_many_these_are_the_first(city: TrialCity) -> None:
    many = """insert into hub.cases (title, category, department, first_department, lon, lat, opened, state)
        select '{"en": "x", "zh": "x"}', 'pothole', 'roads', 'roads', 106.5, 29.5, now(), 'assigned'
        from generate_series(1, 5099) returning null"""
    with city.hub.database.transaction() as connection:
        connection.execute(many)
    with city.hub.database.reading_as(Who("mayor", ("manager",), (), everywhere=True)) as connection:
        shown = rows(connection, sql("open_cases_on_map"))
    assert (len(shown), {row["alike"] for row in shown}) == (5000, {5100})
