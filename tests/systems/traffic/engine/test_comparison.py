"""Before and after a change of plans: a true improvement is shown with its interval, nothing else looks like one."""

from datetime import date, timedelta

import numpy as np
import pytest

from citywide.systems.traffic.engine.plans import (
    DayKind,
    compare,
)
from tests.systems.traffic.engine.test_plans import kind_of


def days_of(start, effect, rng, n=28):
    days = [start + timedelta(days=k) for k in range(n)]
    return [(d, (14 if kind_of(d) is DayKind.WEEKDAY else 9) * effect + rng.normal(0, 0.6)) for d in days]


def test_a_real_improvement_is_shown_with_its_interval():
    rng = np.random.default_rng(1)
    result = compare(days_of(date(2025, 3, 3), 1, rng), days_of(date(2025, 4, 7), 0.913, rng), kind_of, draws=1000)
    assert result.low < -0.087 < result.high < 0
    assert result.p_value < 0.01
    assert "lower" in result.says


@pytest.mark.slow
def test_the_interval_covers_the_truth_nineteen_times_of_twenty():
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(150):
        before, after = days_of(date(2025, 3, 3), 1, rng), days_of(date(2025, 4, 7), 0.95, rng)
        result = compare(before, after, kind_of, draws=2)
        covered += result.low <= -0.05 <= result.high
    assert 135 <= covered <= 149


def test_more_weekends_after_do_not_look_like_an_improvement():
    rng = np.random.default_rng(7)
    before = [d for d in days_of(date(2025, 3, 3), 1, rng) if kind_of(d[0]) is DayKind.WEEKDAY or d[0].day < 17]
    result = compare(before, days_of(date(2025, 4, 5), 1, rng, 16), kind_of, draws=800)
    assert result.low < 0 < result.high


def test_days_without_a_value_are_no_days_and_none_counted_before_is_said():
    before = [(date(2026, 1, 5) + timedelta(days=7 * week), 3.0) for week in range(4)]
    after = [(date(2026, 3, 2) + timedelta(days=7 * week), 3.0) for week in range(4)]
    assert compare([*before, (date(2026, 2, 23), float("nan"))], after, kind_of).days_before == 4
    with pytest.raises(ValueError, match="nothing was counted before"):
        compare([(day, 0.0) for day, _ in before], after, kind_of)
