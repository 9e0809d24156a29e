"""What was kept reads the same before and after it was summed up by the hour, and thinned for a chart."""

from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub import Entity, Reading, Who
from citywide.hub.readings.history import History, summarise, thin
from citywide.hub.testing import MORNING, TrialCity

EVERYTHING = Who("mayor", ("manager",), (), everywhere=True)
SPAN = ("gauge/1",), "water_depth", MORNING - timedelta(days=2), MORNING + timedelta(days=1)


def a_city_with_two_days(city: TrialCity) -> History:
    city.add(Entity("gauge/1", "gauge", "Gauge", None, "drainage"))
    city.clock.set(MORNING)
    times = [MORNING - timedelta(minutes=30 * n) for n in range(96)]
    city.send(*(Reading("gauge/1", "water_depth", at, float(n % 9)) for n, at in enumerate(reversed(times))))
    return History(city.hub)


def test_a_long_chart_by_the_hour_keeps_every_peak(city: TrialCity) -> None:
    history = a_city_with_two_days(city)
    summarise(city.hub.database, city.hub.settings.archive_folder, MORNING)
    begin = MORNING - timedelta(days=30)
    by_hour = history.series(EVERYTHING, SPAN[0], SPAN[1], begin, SPAN[3], 5000)
    assert max(by_hour["value"]) == 8
    assert min(by_hour["value"]) == 0
    assert len(by_hour["value"]) <= 96 + 2


def test_a_late_reading_brings_the_hours_of_its_day_up_to_date(city: TrialCity) -> None:
    history = a_city_with_two_days(city)
    summarise(city.hub.database, city.hub.settings.archive_folder, MORNING)
    city.send(Reading("gauge/1", "water_depth", MORNING - timedelta(hours=30, minutes=7), 99.0))
    assert summarise(city.hub.database, city.hub.settings.archive_folder, MORNING) == 1
    begin = MORNING - timedelta(days=30)
    assert max(history.series(EVERYTHING, SPAN[0], SPAN[1], begin, SPAN[3], 5000)["value"]) == 99


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400), st.integers(2, 60))
def test_thinning_keeps_the_highest_and_the_lowest_within_the_number_of_points(
    values: list[float], points: int
) -> None:
    series = np.array(values)
    kept = thin(series, points)
    assert kept.size <= max(points, 2)
    assert series[kept].max() == series.max()
    assert series[kept].min() == series.min()
