"""A declaration that leans on a name nobody declares does not pass."""

from msgspec import structs

from citywide.app import EVERYTHING
from citywide.hub import Chart, Page, Query, Text
from citywide.hub.people.who import ROLES, Who
from citywide.hub.screens.data import pages_for, queries_of_widget, sheet
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.vocabulary.check import faults
from citywide.systems import waterlogging

WATER = waterlogging.SYSTEM


def test_every_system_that_ships_holds() -> None:
    assert faults(EVERYTHING) == []


def test_what_is_wrong_is_said_in_words() -> None:
    page = Page("odd", Text("Odd", ""), (Chart(Text("X", "X"), Query("nowhere"), "x", "y"),), roles=("king",))
    odd = structs.replace(
        WATER, pages=(page,), application="war", on_raised={"no_rule": lambda *_: iter(())}, api="citywide.nowhere"
    )
    assert set(faults([odd])) == {
        "waterlogging: application 'war' is none of livelihood, urban governance, government, industry, ecology",
        "waterlogging: a response answers rule 'no_rule', which nobody declares",
        "waterlogging: page odd: no role 'king'",
        "waterlogging: page odd: no query 'nowhere'",
        "waterlogging: its door citywide.nowhere cannot be opened: No module named 'citywide.nowhere'",
        "waterlogging: a text lacks a language: Odd",
    }


def test_two_meanings_of_one_name_are_refused() -> None:
    other = structs.replace(WATER, name="other", kinds=(structs.replace(WATER.kinds[0], facts=("depth",)),))
    assert faults([WATER, other]) == ["kind 'gauge' is declared twice, with different meanings"]


def test_every_widget_of_every_page_renders_in_an_empty_city(city: TrialCity) -> None:
    who = Who("mayor", ROLES, (), everywhere=True)
    shown = 0
    for system, page in pages_for(who, {system.name: system for system in EVERYTHING}):
        for number in range(len(page.widgets)):
            for query in queries_of_widget(page, number):
                assert sheet(city.hub.database, who, system, query, MORNING).columns
                shown += 1
    assert shown > 20
