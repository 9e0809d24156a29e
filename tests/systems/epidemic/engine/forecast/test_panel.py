from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.forecast.elsewhere import Background, Elsewhere
from citywide.systems.epidemic.engine.forecast.features import features_of, slope
from citywide.systems.epidemic.engine.forecast.imagined import imagined
from citywide.systems.epidemic.engine.forecast.panel import filled, panel_of, season_week, total_of, trough
from citywide.systems.epidemic.engine.forecast.scale import scale_of
from citywide.systems.epidemic.engine.triangle import WEEK


def weeks(count, start="2015-01-03"):
    return np.datetime64(start) + np.arange(count) * WEEK


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 5))
def test_the_total_is_the_place_that_is_the_sum_of_the_others(at):
    values = imagined(60, 5, 2)
    assert total_of(np.insert(values, at, values.sum(axis=1), axis=1)) == at


def test_rates_have_no_total():
    assert total_of(imagined(60, 5, 2)) is None
    assert total_of(np.full((10, 2), 3.0)) is None


def test_a_missing_report_does_not_hide_the_total():
    values = imagined(60, 5, 2)
    values = np.column_stack([values, values.sum(axis=1)])
    values[50:, 1] = np.nan
    assert total_of(values) == 5


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 51))
def test_the_season_begins_at_the_trough_in_either_hemisphere(low):
    days = weeks(210)
    course = 100 - 90 * np.cos(2 * np.pi * (np.arange(210) * 7 / 365.2425 - low / 52.1775))
    found = trough(panel_of(np.repeat(course[:, None], 4, axis=1), days))
    apart = abs(found - (low + 2 / 7)) % 52.1775
    assert min(apart, 52.1775 - apart) < 2


def test_half_a_year_tells_a_southern_winter_from_a_northern_one():
    days = weeks(40)
    for low in (0.0, 26.0):
        course = 100 - 90 * np.cos(2 * np.pi * (np.arange(40) * 7 / 365.2425 - low / 52.1775))
        apart = abs(trough(panel_of(np.repeat(course[:, None], 4, axis=1), days)) - low)
        assert min(apart, 52.1775 - apart) < 4


def test_many_years_of_a_related_signal_say_when_the_season_begins_and_a_reference_day_hears_of_no_later_ones():
    days = weeks(160)
    july, june, april = (
        2 - np.cos(2 * np.pi * (np.arange(160) * 7 / 365.2425 - low / 52.1775)) for low in (26.0, 22.0, 13.0)
    )
    told = Elsewhere(Background(days, np.repeat(july[:, None], 4, axis=1)), 1)
    own, another = (panel_of(np.repeat(course[:, None], 4, axis=1), days) for course in (june, april))
    assert told.trough(days[80], own) is None
    first = season_week(replace(own, lowest=told.trough(days[-1], own)))
    assert np.allclose((season_week(own) - first) % 52.1775, 4, atol=1)
    assert told.trough(days[-1], another) is None


def test_gaps_are_filled_and_reports_kept():
    small = np.linspace(0.3, 0.9, 20)[:, None] + np.zeros((20, 4))
    holed = small.copy()
    holed[5:8, 1] = np.nan
    holed[17:, 2] = np.nan
    holed[:, 3] = np.nan
    full = filled(holed)
    assert np.allclose(full[:, :3], small[:, :3])
    assert np.isfinite(full).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=30))
def test_the_working_scale_goes_there_and_back(values):
    column = np.array(values)[:, None]
    scale = scale_of(column)
    assert np.allclose(scale.grow(scale.shrink(column)), column, rtol=1e-6, atol=1e-6 * scale.height)


def test_features_know_nothing_of_later_weeks():
    values = imagined(80, 5, 4)
    early, late = values[:60], values.copy()
    late[60:] = 7
    panel = panel_of(values, weeks(80))
    short = type(panel)(weeks(60), panel.small[:60], panel.seen[:60], panel.scale, None)
    names = [name for name in features_of(panel).names if name not in {"week", "sin", "cos"}]
    assert np.allclose(features_of(short).of(*names)[-1], features_of(panel).of(*names)[59])
    assert len(early) == 60


def test_a_slope_is_the_least_squares_slope():
    series = np.random.default_rng(1).normal(size=(12, 1))
    assert np.isclose(slope(series, 5)[-1, 0], np.polyfit(np.arange(5), series[-5:, 0], 1)[0])
