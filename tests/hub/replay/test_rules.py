"""A rule is tried on history before it goes live; as declared it raises what it raised."""

from argparse import Namespace
from datetime import timedelta

from citywide.commands.trial import beside, changed, differing, find_rule
from citywide.hub import Entity, Point, Reading
from citywide.hub.readings.archive import archive_before
from citywide.hub.replay.arrivals import as_it_was
from citywide.hub.replay.rules import did_raise, would_raise
from citywide.hub.testing import MORNING
from citywide.systems import SYSTEMS

DEPTHS = (2, 12, 30, 26, 9, 4, 16, 3)
NOTHING = {"above": None, "below": None, "clears_below": None, "clears_above": None, "hold": None}


def flood(city) -> str:
    city.add(Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage"))
    for minute, depth in enumerate(DEPTHS):
        now = MORNING + timedelta(minutes=5 * minute)
        city.clock.set(now)
        city.send(Reading("gauge/elm", "water_depth", now, float(depth)))
    rules = next(rule for rule in SYSTEMS if rule.name == "waterlogging").rules
    return next(rule.name for rule in rules if rule.quantity == "water_depth" and rule.above and not rule.hold)


def test_a_rule_as_declared_would_raise_what_it_raised(city) -> None:
    name = flood(city)
    begin, end = MORNING - timedelta(hours=1), MORNING + timedelta(hours=2)
    rule = find_rule(f"waterlogging.{name}", SYSTEMS)
    would, did = (
        would_raise(city.hub.database, city.hub.settings.archive_folder, rule, begin, end),
        did_raise(city.hub.database, name, begin, end),
    )
    assert would
    assert would == did
    assert all(line.startswith("both") for line in beside(would, did))


def test_what_rang_before_the_replay_begins_is_not_raised_a_second_time_in_it(city) -> None:
    """It begins while the water stands: at 26 cm, then 9, and rises anew when it is 16."""
    name = flood(city)
    begin, end = MORNING + timedelta(minutes=12), MORNING + timedelta(hours=2)
    rule = find_rule(f"waterlogging.{name}", SYSTEMS)
    would = would_raise(city.hub.database, city.hub.settings.archive_folder, rule, begin, end)
    assert would == did_raise(city.hub.database, name, begin, end)
    assert [alarm.value for alarm in would] == [16]


CAME = (  # minute of arrival: minutes and depths that were said then, late and with gaps
    (0, {0: 2}), (5, {5: 4}), (10, {10: 5}), (12, {7: 30}), (15, {15: 12}), (21, {20: 26, 17: 3}), (30, {30: 5}),
    (60 + 1 / 30, {}), (75, {35: 40, 70: 3}), (80, {80: 11}), (90, {85: 2}),
)  # fmt: skip


def test_late_and_unordered_readings_raise_what_they_raised_and_the_difference_to_history_is_shown(city) -> None:
    city.add(Entity("gauge/elm", "gauge", "Elm Street", Point(106.5, 29.5), "drainage"))
    for minute, said in CAME:
        city.clock.set(MORNING + timedelta(minutes=minute, seconds=-1))
        city.settle()  # who has fallen silent meanwhile is missed
        city.clock.set(MORNING + timedelta(minutes=minute))
        said_at = {MORNING + timedelta(minutes=of): float(depth) for of, depth in said.items()}
        city.send(*(Reading("gauge/elm", "water_depth", at, depth) for at, depth in said_at.items()))
    city.clock.set(MORNING + timedelta(minutes=92))
    city.send(Reading("gauge/elm", "gone", MORNING + timedelta(minutes=92), 1))
    begin, end, database = MORNING - timedelta(hours=1), MORNING + timedelta(minutes=95), city.hub.database
    folder, shown = city.hub.settings.archive_folder, list[str]()
    names = ("deep_water", "impassable", "fast_rise", "gauge_silent")
    rules = [find_rule(f"waterlogging.{name}", SYSTEMS) for name in names]
    came = [would_raise(database, folder, rule, begin, end) for rule in rules]
    assert came == [did_raise(database, rule.name, begin, end) for rule in rules]
    assert (came[-1][-1].raised, came[-1][-1].cleared) == (MORNING + timedelta(minutes=92), None), "it said so itself"
    for rule, alarms in zip(rules, came, strict=True):
        shown += differing(alarms, would_raise(database, folder, rule, begin, end, as_it_was))
    assert "more        2026-03-02 00:07:00 until 00:10:00  gauge/elm  30" in shown
    assert "fewer       2026-03-02 01:00:00 until 00:35:00  gauge/elm  1801" in shown
    assert archive_before(database, folder, MORNING.date() + timedelta(days=1))
    assert [would_raise(database, folder, rule, begin, end) for rule in rules] == came


def test_archived_days_are_tried_as_if_they_were_still_in_the_table(city) -> None:
    rule = find_rule(f"waterlogging.{flood(city)}", SYSTEMS)
    begin, end, folder = MORNING - timedelta(hours=1), MORNING + timedelta(hours=2), city.hub.settings.archive_folder
    before = would_raise(city.hub.database, folder, rule, begin, end)
    assert archive_before(city.hub.database, folder, MORNING.date() + timedelta(days=1))
    assert would_raise(city.hub.database, folder, rule, begin, end) == before != []


def test_another_bound_takes_the_gap_along_unless_it_is_named(city) -> None:
    rule = find_rule("waterlogging.deep_water", SYSTEMS)
    tried = changed(rule, Namespace(**NOTHING | {"above": 5.0}))
    assert (tried.above, tried.clears_below) == (5.0, 5.0 - (rule.above - rule.clears_below))
    named = changed(rule, Namespace(**NOTHING | {"above": 5.0, "clears_below": 1.0}))
    assert (named.above, named.clears_below) == (5.0, 1.0)


def test_a_lower_bound_shows_the_alarms_it_would_add(city) -> None:
    name = flood(city)
    rule = changed(
        find_rule(f"waterlogging.{name}", SYSTEMS), Namespace(**NOTHING | {"above": 1.0, "clears_below": 0.5})
    )
    would = would_raise(
        city.hub.database, city.hub.settings.archive_folder, rule, MORNING, MORNING + timedelta(hours=2)
    )
    assert [alarm.raised for alarm in would] == [MORNING]
    assert would[0].cleared is None
