"""The chance of another line than the one that was learned."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine.ahead import Forecast
from citywide.systems.waterlogging.engine.other_line import at_line, further, moved
from citywide.systems.waterlogging.engine.refit import LINE_CM

DEPTHS = st.tuples(*[st.floats(0, 120)] * 3).map(sorted)
LINES = st.floats(0.5, 60)


def said(depths: list[float], chance: float) -> Forecast:
    low, depth, high = depths
    return Forecast(*(np.full((1, 2), value) for value in (depth, low, high, chance)))


@given(DEPTHS, st.floats(0, 1))
def test_the_chance_of_the_line_that_was_learned_stays_as_it_is(depths, chance):
    assert (at_line(said(depths, chance), LINE_CM).chance == chance).all()


@given(DEPTHS, st.floats(0, 1), LINES, LINES)
def test_deeper_water_is_never_likelier(depths, chance, one, other):
    forecast, (lower, higher) = said(depths, chance), sorted((one, other))
    chances = [at_line(forecast, line).chance[0, 0] for line in (lower, higher)]
    assert chances[0] + 1e-9 >= chances[1]
    assert 0 <= chances[1] <= chances[0] + 1e-9 <= 1 + 1e-9


def test_the_ends_of_an_interval_that_holds_nine_times_in_ten_are_passed_once_in_twenty():
    forecast = said([4.0, 10.0, 30.0], 0.5)
    assert at_line(forecast, 30.0).chance[0, 0] == pytest.approx(0.05, abs=1e-3)
    assert at_line(forecast, 4.0).chance[0, 0] == pytest.approx(0.95, abs=1e-3)


def test_a_first_flood_is_as_much_less_likely_as_the_forecast_says():
    forecast = said([4.0, 10.0, 30.0], 0.5)
    assert moved(np.array([0.5]), further(forecast, 30.0)[:, -1]) == pytest.approx(0.05, abs=1e-3)
