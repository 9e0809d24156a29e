"""The chance of another line than the one that was learned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine import onset
from citywide.systems.waterlogging.engine.ahead import Forecast
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.other_line import chances, further, moved
from citywide.systems.waterlogging.engine.refit import LINE_CM

DEPTHS = st.tuples(*[st.floats(0, 120)] * 3).map(sorted)
LINES = st.floats(0.5, 60)
RAIN = [0, 0, 2, 6, 9, 7, 3, 1, 0, 0, 0, 0]
DEPTH = [0, 0, 0, 1, 5, 12, 20, 26, 27, 25, 22, 18]


def said(depths: list[float], chance: float) -> Forecast:
    low, depth, high = depths
    return Forecast(*(np.full((1, 2), value) for value in (depth, low, high, chance)))


def at(forecast: Forecast, line: float) -> float:
    return moved(forecast.chance, further(forecast, line))[0, 0]


@given(DEPTHS, st.floats(0, 1))
def test_the_chance_of_the_line_that_was_learned_stays_as_it_is(depths, chance):
    assert at(said(depths, chance), LINE_CM) == chance


@given(DEPTHS, st.floats(0, 1), LINES, LINES)
def test_deeper_water_is_never_likelier(depths, chance, one, other):
    forecast, (lower, higher) = said(depths, chance), sorted((one, other))
    assert 0 <= at(forecast, higher) <= at(forecast, lower) + 1e-9 <= 1 + 1e-9


def test_the_ends_of_an_interval_that_holds_nine_times_in_ten_are_passed_once_in_twenty():
    forecast = said([4.0, 10.0, 30.0], 0.5)
    assert at(forecast, 30.0) == pytest.approx(0.05, abs=1e-3)
    assert at(forecast, 4.0) == pytest.approx(0.95, abs=1e-3)


def test_through_a_storm_and_dry_hours_the_learned_line_keeps_its_chance_and_a_deeper_one_has_less():
    forecaster = Forecaster.of(1)
    for depth, rain in [*zip(DEPTH, RAIN, strict=True), *[(0.0, 0.0)] * 60]:
        forecast = forecaster.step(np.array([depth], float), np.array([rain], float))
        assert np.allclose(chances(forecaster, forecast, LINE_CM), forecast.chance)
        assert (chances(forecaster, forecast, 24.0) <= forecast.chance + 1e-9).all()


def test_of_a_dry_moment_it_is_counted_how_often_each_line_was_passed():
    forecaster = Forecaster.of(1)
    for _ in range(72):
        forecast = forecaster.step(np.zeros(1), np.zeros(1))
    assert forecaster.dry.all()
    counts = forecaster.onsets.counts.copy()
    counts[:, :, np.searchsorted(onset.EDGES, 12.0, side="right")] = counts.sum(axis=2)  # as often deep as dry
    forecaster.onsets = forecaster.onsets._replace(counts=counts)
    assert np.allclose(chances(forecaster, forecast, 10.0), 0.5)
    assert np.allclose(chances(forecaster, forecast, 2.0), 0.5)
    assert np.allclose(chances(forecaster, forecast, 15.0), 0.0)
