"""Panels that are not the usual one: few places, empty weeks, zeros, small counts, rates."""

import numpy as np
import pytest

from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.forecaster import Forecaster
from citywide.systems.epidemic.engine.forecast.imagined import imagined
from citywide.systems.epidemic.engine.forecast.made import Setting
from citywide.systems.epidemic.engine.triangle import WEEK, Triangle

SETTING = Setting(trees=Trees(folds=2, rounds=5, miss_rounds=5), lessons_at_most=1500)
WEEKS = 60


def forecast(values):
    days = np.datetime64("2022-01-05") + np.arange(WEEKS) * WEEK  # weeks that end on Wednesdays
    history = np.repeat(values[None], 3, axis=0)
    for back in (1, 2):
        history[2 - back, WEEKS - back :] = np.nan
    names = tuple(f"place {p}" for p in range(values.shape[1]))
    triangle = Triangle((days[-3:] + 4).astype("datetime64[s]"), days, names, history)
    return Forecaster(SETTING).forecast(triangle, days[-1] + WEEK)


def one_place():
    return imagined(WEEKS, 1, 2)


def all_zeros():
    return np.zeros((WEEKS, 3))


def handfuls():
    return np.random.default_rng(1).poisson(0.4, (WEEKS, 3)).astype(float)


def missing_weeks():
    values = imagined(WEEKS, 3, 2)
    values[10:14] = values[-6:-4] = np.nan
    return values


def a_place_that_never_reported():
    values = imagined(WEEKS, 3, 2)
    values[:, 1] = np.nan
    return values


def small_rates():
    return imagined(WEEKS, 3, 2) / 1e5


def a_handful_beside_millions():
    return imagined(WEEKS, 3, 2) * np.array([1e4, 1.0, 1e-2]).round(2)


def a_place_of_three_weeks():
    values = imagined(WEEKS, 3, 2)
    values[:-3, 1] = np.nan
    return values


def a_winter_in_july():
    turn = 2 * np.pi * (np.arange(WEEKS) - 26) / 52.18
    return np.random.default_rng(1).poisson(50 + 45 * np.cos(turn)[:, None], (WEEKS, 3)).astype(float)


CASES = (
    one_place, all_zeros, handfuls, missing_weeks, a_place_that_never_reported, small_rates,
    a_handful_beside_millions, a_place_of_three_weeks, a_winter_in_july,
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_an_odd_panel_is_forecast_in_order_and_within_reason(case):
    values = case()
    made = forecast(values)
    assert np.isfinite(made.quantiles).all()
    assert (made.quantiles >= 0).all()
    assert (np.diff(made.quantiles, axis=-1) >= -1e-9).all()
    highest = max(float(np.nanmax(values)), 1e-9)
    assert made.quantiles[..., 11].max() <= 5 * highest + 1
