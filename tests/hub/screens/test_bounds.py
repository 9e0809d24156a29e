"""A line on a page stands where the rule begins that is in force, however a city has set it."""

from collections.abc import Iterator

from citywide.app import EVERYTHING
from citywide.hub import Page
from citywide.hub.screens.bounds import in_force, rules_drawn
from citywide.hub.vocabulary.own import Own, OwnRule, settled
from citywide.hub.vocabulary.words import gather


def lines(page: Page) -> Iterator[float | None]:
    for widget in page.widgets:
        yield from (getattr(widget, field) for field in ("threshold", "worry") if hasattr(widget, field))


def page_of(system: str, own: Own) -> Page:
    words = gather(settled(EVERYTHING, own))
    (page,) = (page for page in words.systems[system].pages if page.name == "now")
    return in_force(page, words.rules)


def test_water_is_deep_on_its_page_from_where_the_city_has_its_alarm():
    own = Own(rules={"deep_water": OwnRule(above=15.0)})
    assert [line for line in lines(page_of("waterlogging", own)) if line == 15] == [15, 15, 15]
    assert 10 not in list(lines(page_of("waterlogging", own)))
    assert [line for line in lines(page_of("waterlogging", Own())) if line == 10] == [10, 10, 10]


def test_a_city_is_congested_on_its_page_from_where_the_alarm_begins():
    assert 7.5 in list(lines(page_of("traffic", Own(rules={"congested": OwnRule(above=7.5)}))))


def test_no_page_writes_down_a_bound_that_a_rule_of_its_system_has():
    for system in EVERYTHING:
        bounds = {rule.above for rule in system.rules if rule.above not in (None, 1)}
        for page in system.pages:
            assert not bounds & set(lines(page)), page.name
            assert set(rules_drawn(page)) <= {rule.name for rule in system.rules}
