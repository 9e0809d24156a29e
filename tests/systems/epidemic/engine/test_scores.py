import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.scores import LEVELS, covered, interval_score, log_interval_score


def _by_intervals(truth, quantiles):
    """The published form: half the absolute error of the median and the eleven intervals' scores."""
    total = 0.5 * abs(truth - quantiles[11])
    for k in range(11):
        alpha = 2 * LEVELS[k]
        low, high = quantiles[k], quantiles[22 - k]
        penalty = (high - low) + 2 / alpha * (max(low - truth, 0) + max(truth - high, 0))
        total += alpha / 2 * penalty
    return total / 11.5


@settings(deadline=None)
@given(st.floats(0, 1e4), st.lists(st.floats(0, 1e4), min_size=23, max_size=23))
def test_twice_the_mean_pinball_loss_is_the_published_interval_score(truth, values):
    quantiles = np.sort(values)
    ours = interval_score(np.array([truth]), quantiles[None])[0]
    assert np.isclose(ours, _by_intervals(truth, quantiles), rtol=1e-9, atol=1e-9)


def test_a_sure_and_right_forecast_costs_nothing():
    assert interval_score(np.array([7.0]), np.full((1, 23), 7.0))[0] == 0
    assert log_interval_score(np.array([0.0]), np.zeros((1, 23)))[0] == 0


def test_the_half_and_the_nineteen_twentieths_interval_use_their_own_quantiles():
    quantiles = np.arange(23.0)[None]
    assert [bool(covered(np.array([v]), quantiles, 0.5)[0]) for v in (5.9, 6.0, 16.0, 16.1)] == [0, 1, 1, 0]
    assert [bool(covered(np.array([v]), quantiles, 0.95)[0]) for v in (0.9, 1.0, 21.0, 21.1)] == [0, 1, 1, 0]
