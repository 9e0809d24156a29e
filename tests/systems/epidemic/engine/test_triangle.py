import numpy as np

from citywide.systems.epidemic.engine.cleaning import Fault
from citywide.systems.epidemic.engine.triangle import Reports, triangle

WEEKS = np.array(["2024-01-06", "2024-01-13"], dtype="datetime64[D]")


def reports(rows):
    as_of, week, place, value = zip(*rows, strict=True)
    return Reports(
        np.array(as_of, dtype="datetime64[s]"),
        np.array(week, dtype="datetime64[D]"),
        list(place),
        np.array(value, dtype=float),
    )


def test_a_past_day_is_answered_with_the_words_of_that_day():
    history, problems = triangle(
        reports(
            [
                ("2024-01-10T17:00", "2024-01-06", "north", 10),
                ("2024-01-17T17:00", "2024-01-06", "north", 12),
                ("2024-01-17T17:00", "2024-01-13", "north", 20),
            ]
        )
    )
    assert not problems
    assert history.known(np.datetime64("2024-01-11T05:00")).values.tolist() == [[10]]
    assert history.known(np.datetime64("2024-01-18T05:00")).values.tolist() == [[12], [20]]
    assert history.until(np.datetime64("2024-01-11T05:00")).weeks.tolist() == WEEKS[:1].tolist()


def test_what_a_vintage_leaves_out_keeps_its_last_value():
    history, _ = triangle(
        reports(
            [
                ("2024-01-10", "2024-01-06", "north", 10),
                ("2024-01-10", "2024-01-06", "south", 5),
                ("2024-01-17", "2024-01-06", "south", 6),
            ]
        )
    )
    assert history.known(np.datetime64("2024-02-01")).values.tolist() == [[10, 6]]


def test_a_week_reported_twice_with_different_counts_falls_back_to_the_vintage_before():
    history, problems = triangle(
        reports(
            [
                ("2024-01-10", "2024-01-06", "north", 10),
                ("2024-01-17", "2024-01-06", "north", 11),
                ("2024-01-17", "2024-01-06", "north", 99),
                ("2024-01-17", "2024-01-06", "south", 3),
                ("2024-01-17", "2024-01-06", "south", 3),
            ]
        )
    )
    assert history.known(np.datetime64("2024-02-01")).values.tolist() == [[10, 3]]
    assert [problem.fault for problem in problems] == [Fault.TWICE]
    assert "north, week to 2024-01-06" in str(problems[0])


def test_negative_counts_and_odd_days_are_named_and_the_rest_is_kept():
    history, problems = triangle(
        reports(
            [
                ("2024-01-17", "2024-01-06", "north", -4),
                ("2024-01-17", "2024-01-13", "north", 8),
                ("2024-01-17", "2024-01-13", "south", 9),
                ("2024-01-17", "2024-01-10", "south", 7),
            ]
        )
    )
    assert {problem.fault for problem in problems} == {Fault.NEGATIVE, Fault.OFF_WEEK}
    known = history.known(np.datetime64("2024-02-01"))
    assert known.values[-1].tolist() == [8, 9]
    assert np.isnan(known.values[:-1]).all()
