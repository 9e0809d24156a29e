"""The compiled evaluator says what the slow and obvious reference says, whatever comes in."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub import Difference, Drift, Rate, Ratio, Rule, Silence, Stuck, Text, Window
from citywide.hub.rules.evaluator import Evaluator
from tests.hub.rules import reference

SAYS = Text("{value}", "{value}")
MINUTE = 60_000_000
RULES = [
    Rule("deep", "depth", SAYS, above=10, clears_below=7),
    Rule("low", "depth", SAYS, below=2, clears_above=4),
    Rule("held", "depth", SAYS, above=5, hold=timedelta(minutes=3)),
    Rule("plain", "depth", SAYS, above=8),
    Rule("rate", "depth", SAYS, signal=Rate(timedelta(minutes=12)), above=20, clears_below=5),
    Rule("stuck", "depth", SAYS, signal=Stuck(0.5), above=300),
    Rule("drift", "depth", SAYS, signal=Drift(timedelta(minutes=6)), above=2),
    Rule("difference", "depth", SAYS, signal=Difference("other"), above=3),
    Rule("ratio", "depth", SAYS, signal=Ratio("other"), below=0.5),
    *[
        Rule(f"window_{name}", "depth", SAYS, signal=Window(name, timedelta(minutes=12)), above=6)
        for name in ("mean", "sum", "min", "max", "count")
    ],
]
steps = st.lists(
    st.tuples(
        st.sampled_from(["depth", "other"]),
        st.integers(0, 40),  # tenths of a minute since the last one; 0 is the same moment
        st.integers(0, 13).map(float) | st.floats(0, 15).map(lambda x: round(x, 2)),
    ),
    max_size=120,
)


def an_evaluator() -> Evaluator:
    evaluator = Evaluator(RULES)
    evaluator.add_series(np.array([0]), np.array([7]), "depth", "gauge")
    evaluator.add_series(np.array([1]), np.array([7]), "other", "gauge")
    return evaluator


def told(stream: list[tuple[str, int, float]]) -> list[tuple[int, int, float]]:
    time, rows = 1_772_409_600_000_000, []
    for quantity, pause, value in stream:
        time += pause * MINUTE // 10
        rows.append((0 if quantity == "depth" else 1, time, value))
    return rows


def fold(evaluator: Evaluator, rows: list[tuple[int, int, float]]) -> list[tuple[str, bool, int]]:
    series, times, values = (np.array(column) for column in zip(*rows, strict=True))
    found = evaluator.fold(series.astype(np.int64), times.astype(np.int64), values.astype(float))
    return sorted((change.rule.name, change.raised, change.time_us) for change in found)


def expected(rows: list[tuple[int, int, float]]) -> list[tuple[str, bool, int]]:
    changes = []
    for rule in RULES:
        watch = reference.Watch(rule)
        concerned = {0, 1} if isinstance(rule.signal, Difference | Ratio) else {0}
        for series, time, value in rows:
            if series in concerned:
                change = watch.tell("depth" if series == 0 else "other", float(time), value)
                if change is not None:
                    changes.append((rule.name, change, time))
    return sorted(changes)


@given(steps)
@settings(max_examples=300, deadline=None)
def test_every_rule_raises_and_clears_as_the_reference_does(stream: list[tuple[str, int, float]]) -> None:
    rows = told(stream)
    if rows:
        assert fold(an_evaluator(), rows) == expected(rows)


@given(st.permutations([(series, quantity) for series in range(6) for quantity in ("depth", "other")]))
@settings(max_examples=50, deadline=None)
def test_series_that_are_met_one_by_one_or_all_at_once_are_watched_alike(met: list[tuple[int, str]]) -> None:
    at_once, one_by_one = Evaluator(RULES), Evaluator(RULES)
    for quantity, first in (("depth", 0), ("other", 1)):
        series = np.arange(first, 12, 2)
        at_once.add_series(series, series // 2, quantity, "gauge")
    for entity, quantity in met:
        series = np.array([2 * entity + (quantity == "other")])
        one_by_one.add_series(series, np.array([entity]), quantity, "gauge")
    rows = [(series, 1_772_409_600_000_000 + MINUTE * minute, float((7 * series + 5 * minute) % 13))
            for minute in range(90) for series in range(12)]  # fmt: skip
    assert fold(at_once, rows) == fold(one_by_one, rows) != []
    everyone = np.arange(12)
    assert at_once.dump(everyone) == one_by_one.dump(everyone)


@given(steps, st.integers(0, 120), st.integers(0, 120))
@settings(max_examples=100, deadline=None)
def test_cutting_the_stream_or_restarting_in_between_changes_nothing(
    stream: list[tuple[str, int, float]], first: int, second: int
) -> None:
    rows, cuts = told(stream), sorted((first, second))
    found: list[tuple[str, bool, int]] = []
    evaluator = an_evaluator()
    for part in (rows[: cuts[0]], rows[cuts[0] : cuts[1]], rows[cuts[1] :]):
        if part:
            found += fold(evaluator, part)
        memory, evaluator = evaluator.dump(np.array([0, 1])), an_evaluator()
        evaluator.load(memory)
    assert sorted(found) == expected(rows)


def test_a_device_that_stops_talking_is_missed_and_its_next_word_clears_it() -> None:
    evaluator = Evaluator([Rule("silent", "depth", SAYS, signal=Silence(), above=60)])
    evaluator.add_series(np.array([3]), np.array([1]), "depth", "gauge")
    fold(evaluator, [(3, 1_000_000_000, 5.0)])
    assert evaluator.tick(1_000_000_000 + 60_000_000) == []
    raised = evaluator.tick(1_000_000_000 + 61_000_000)
    assert [(change.raised, change.time_us) for change in raised] == [(True, 1_000_000_000 + 60_000_000)]
    assert evaluator.tick(1_000_000_000 + 99_000_000) == []
    assert fold(evaluator, [(3, 1_200_000_000, 5.0)]) == [("silent", False, 1_200_000_000)]


def test_a_device_that_has_never_spoken_is_not_missed() -> None:
    evaluator = Evaluator([Rule("silent", "depth", SAYS, signal=Silence(), above=60)])
    evaluator.add_series(np.array([3]), np.array([1]), "depth", "gauge")
    assert evaluator.tick(1_772_409_600_000_000) == []


def test_memory_of_a_rule_whose_meaning_has_changed_is_not_taken_over() -> None:
    evaluator = an_evaluator()
    fold(evaluator, told([("depth", 1, 12.0)]))
    memory = evaluator.dump(np.array([0, 1]))
    changed = Evaluator([Rule("deep", "depth", SAYS, above=11, clears_below=7), RULES[3]])
    changed.add_series(np.array([0]), np.array([7]), "depth", "gauge")
    changed.load(memory)
    later = 1_772_409_600_000_000 + 60 * MINUTE
    assert fold(changed, [(0, later, 12.0)]) == [("deep", True, later)]  # "plain" still stands


@pytest.mark.parametrize(
    "bad", [{"above": 10, "clears_below": 12}, {"below": 5, "clears_above": 3}, {}, {"above": 1, "below": 2}]
)
def test_a_rule_that_contradicts_itself_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="rule odd"):
        Rule("odd", "depth", SAYS, **bad)


@given(steps, st.booleans())
@settings(max_examples=100, deadline=None)
def test_what_is_said_to_be_gone_is_silent_at_once_until_it_speaks_again(stream, gone_is_met_first: bool) -> None:
    evaluator = Evaluator([Rule("silent", "depth", SAYS, signal=Silence(), above=1e9)])
    for quantity in sorted(["depth", "gone"], reverse=gone_is_met_first):
        evaluator.add_series(np.array([quantity == "gone"], np.int64), np.array([7]), quantity, "gauge")
    rows = [(series, time, float(value > 7) if series else value) for series, time, value in told(stream)]
    spoken, silent, changes = False, False, []
    for series, time, value in rows:
        if series == 0 and silent:
            changes.append(("silent", False, time))
        if series == 1 and value and spoken and not silent:
            changes.append(("silent", True, time))
        spoken, silent = spoken or series == 0, series == 1 and (silent or (value == 1 and spoken))
    assert not rows or fold(evaluator, rows) == sorted(changes)


def test_room_is_made_for_just_the_series_that_are_met() -> None:
    """To grow by doubling takes twice the memory, and copies all again while a dead worker's parts wait."""
    evaluator = Evaluator(RULES)
    groups = [("depth", "gauge", 400), ("other", "gauge", 400), ("depth", "pump", 300)]
    evaluator.expect(groups)
    watches, first = evaluator.watches, 0
    kept = ("cells", "slots", "links", "series")
    before = [getattr(watches, name) for name in kept]
    for quantity, kind, count in groups:
        numbers = np.arange(first, first := first + count)
        evaluator.add_series(numbers, numbers + 10_000, quantity, kind)
    assert all(getattr(watches, name) is old for name, old in zip(kept, before, strict=True))
    assert watches.cells.size - watches._used_cells <= 1
    assert watches.slots.size - watches._used_slots <= 1
