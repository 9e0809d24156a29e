"""What a city settles for itself holds wherever the declarations would have held, and what it cannot settle is said."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from citywide.app import EVERYTHING, systems_of
from citywide.hub import Entity, Reading
from citywide.hub.screens.labels import labels
from citywide.hub.settings import Settings
from citywide.hub.testing import MORNING, TrialCity
from citywide.hub.vocabulary.own import Own, OwnRule, settled, with_bounds
from citywide.hub.vocabulary.rule import Rule
from citywide.kit.commands import NotPossibleError
from citywide.kit.text import Text
from citywide.systems.waterlogging.model import DEEP_WATER, GAUGE_SILENT

CITY = """
[departments.river_office]
en = "River office"
zh = "河道管理处"
[categories.flooded_road]
department = "river_office"
within_hours = 3
around_the_clock = false
[rules.deep_water]
above = 15
hold_s = 0
severity = "critical"
"""


@pytest.fixture
def city(settings: Settings, tmp_path: Path) -> Iterator[TrialCity]:
    city = city_that_says(CITY, settings, tmp_path)
    city.add(Entity("gauge/elm", "gauge", "Elm", None, "drainage"))
    yield city
    city.close()


def city_that_says(words: str, settings: Settings, folder: Path) -> TrialCity:
    (folder / "city.toml").write_text(words)
    own = structs.replace(settings, city=folder)
    return TrialCity(own, [structs.replace(system, schedules=()) for system in systems_of(own)])


def rung(city: TrialCity, minute: int, depth: float) -> list[tuple[str, str, bool]]:
    """The alarms so far, after one more reading."""
    time = MORNING + timedelta(minutes=minute)
    city.clock.set(time)
    city.send(Reading("gauge/elm", "water_depth", time, depth))
    found = city.hub.database.rows("select rule, severity, cleared is not null as cleared from hub.alarm order by id")
    return [(row["rule"], row["severity"], row["cleared"]) for row in found if row["rule"] == "deep_water"]


def test_an_alarm_begins_and_ends_where_the_city_says(city: TrialCity) -> None:
    assert rung(city, 0, 12.0) == []
    assert rung(city, 5, 16.0) == [("deep_water", "critical", False)]
    assert rung(city, 10, 13.0) == [("deep_water", "critical", False)]  # declared: 10, over at 7; the gap moves along
    assert rung(city, 15, 11.0) == [("deep_water", "critical", True)]


def test_an_alarm_that_stands_is_judged_by_what_the_city_says_anew(settings: Settings, tmp_path: Path) -> None:
    before = city_that_says("", settings, tmp_path)
    before.add(Entity("gauge/elm", "gauge", "Elm", None, "drainage"))
    assert rung(before, 0, 12.0) == [("deep_water", "serious", False)]
    before.close()
    after = city_that_says("[rules.deep_water]\nabove = 20", settings, tmp_path)
    assert rung(after, 5, 12.0) == [("deep_water", "serious", True)]
    assert rung(after, 10, 19.0) == [("deep_water", "serious", True)]
    after.close()


def test_a_case_goes_to_whom_the_city_says_and_has_the_time_that_it_gives(city: TrialCity) -> None:
    rung(city, 0, 16.0)
    (case,) = city.hub.database.rows("select department, opened, due from hub.cases where category = 'flooded_road'")
    assert case["department"] == "river_office"
    assert case["due"] == MORNING + timedelta(hours=4)  # opened at 08:00, and the office works from nine


def test_people_read_what_a_department_is_called_here(city: TrialCity) -> None:
    assert labels(city.hub.words)["river_office"].zh == "河道管理处"
    assert labels(city.hub.words)["drainage"].en == "Drainage"


@pytest.mark.parametrize(("line", "said"), [
    ("[categories.flood]\nwithin_hours = 3", "there is no category 'flood'; there are "),
    ("[rules.deep]\nabove = 3", "there is no rule 'deep'; there are "),
    ('[categories.flooded_road]\ndepartment = "drains"', "there is no department 'drains'; there are "),
    ("[rules.deep_water]\nbelow = 3", "rule deep_water: state one of `above` and `below`"),
    ("[rules.deep_water]\nclears_below = 11", "rule deep_water: clears_below lies above the bound that raises"),
    ('[rules.deep_water]\nseverity = "grave"', "rule deep_water: severity is one of notice, "),
    ("[categories.flooded_road]\nwithin_hours = 0", "Expected `float` > 0.0"),
    ("[categories.flooded_road]\nwithin = 3", "categories.flooded_road: Object contains unknown field `within`"),
    ("[categories.flooded_road]\nwithin = 3", "accepted: department, within_hours, around_the_clock, reportable"),
    ("[categories.flooded_road]\nwithin_hours = 1e-9", "within_hours: 1e-09; accepted: a minute at least"),
    ("[categories.flooded_road]\nwithin_hours = nan", "categories.flooded_road.within_hours: Expected `float` > 0"),
    ("[rules.deep_water]\nabove = nan", "rules.deep_water: above: nan; accepted: a number"),
    ("[rules.deep_water]\nabove = 2700", "above = 2700 is no water_depth; accepted: -5 to 600 cm"),
    ("[rules.deep_water]\nclears_above = 7", "rule deep_water: clears_above is not for a rule with `above`"),
    ("nonsense = 1", "unknown field `nonsense`; accepted: departments, categories, rules, outage, name, country"),
    ("bounds = [106.8, 29.75, 106.3, 29.4]", "accepted: west, south, east, north in degrees"),
    ("centre = [400.0, 29.5]", "accepted: longitude and latitude in degrees"),
    ("zoom = nan", "zoom: nan; accepted: 0 to 24"),
    ('origin = "a log"', "origin: 'a log'; accepted: a name without blanks and +"),
    ('[departments]\n"a,b" = {en = "A", zh = "甲"}', "departments: 'a,b'; accepted: a name without commas"),
    ('[departments]\nriver = {en = "", zh = "河"}', "departments.river: en and zh say what it is called"),
    ('name = {en = " ", zh = "市"}', "name: en and zh say what the city is called"),
    ("rules = 3", "rules: Expected `object`, got `int`"),
    ("a = " + "[" * 5000 + "]" * 5000, "accepted: TOML"),
    ("# " + "x" * 1_000_001, "bytes; accepted: at most 1000000"),
])  # fmt: skip
def test_what_a_city_cannot_settle_is_said_before_anything_begins(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(line)
    with pytest.raises(NotPossibleError, match=r"city\.toml") as refused:
        systems_of(Settings(city=tmp_path))
    assert said in str(refused.value)


def test_a_file_in_another_writing_is_refused_with_where_that_begins(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_bytes('name = {en = "Town", zh = "市"}'.encode("gb18030"))
    with pytest.raises(NotPossibleError, match=r"city\.toml: byte 27 is no UTF-8; accepted: TOML in UTF-8"):
        systems_of(Settings(city=tmp_path))


def test_a_bound_of_zero_is_a_bound() -> None:
    with pytest.raises(ValueError, match="clears_below lies above the bound that raises"):
        Rule("frost", "temperature", Text("frost", "霜冻"), above=-5.0, clears_below=0.0)


def test_a_city_that_settles_nothing_has_the_systems_as_they_are() -> None:
    assert all(one is other for one, other in zip(settled(EVERYTHING, Own()), EVERYTHING, strict=True))


def test_what_is_left_unsaid_of_a_rule_stays(tmp_path: Path) -> None:
    own = Own(rules={GAUGE_SILENT.name: OwnRule(severity="critical")})
    (rule,) = (rule for system in settled(EVERYTHING, own) for rule in system.rules if rule.name == GAUGE_SILENT.name)
    assert rule == structs.replace(GAUGE_SILENT, severity="critical")
    assert with_bounds(DEEP_WATER, {"above": 20.0, "clears_below": 1.0}).clears_below == 1.0
