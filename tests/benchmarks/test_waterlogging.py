"""The benchmark looks at no storm before its time."""

import numpy as np

from benchmarks._storm_files import Storms
from benchmarks._waterlogging_walk import forecast


def some_storms(count: int) -> Storms:
    rng = np.random.default_rng(3)
    rain = np.round(rng.gamma(0.6, 3.0, (2, count, 48)), 1)
    depth = np.minimum(3 * np.cumsum(rain, axis=2), 150) * rng.uniform(0.5, 1, (2, count, 1))
    return Storms(("a", "b"), rain, depth)


def test_later_storms_cannot_change_earlier_forecasts():
    storms = some_storms(9)
    changed = Storms(storms.sites, storms.rain.copy(), storms.depth.copy())
    changed.rain[:, 7:], changed.depth[:, 7:] = 0.0, 99.0
    first, second = forecast(storms), forecast(changed)
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one[:, :7], other[:, :7])


def test_the_refit_comes_in_with_the_sixth_storm_and_not_before():
    storms = some_storms(7)
    said, wet = forecast(storms), np.cumsum(storms.rain, axis=2)[:, :5] > 0  # before rain there are other grounds
    assert np.array_equal(said.depth[:, :5][wet], said.general[:, :5][wet])
    assert not np.array_equal(said.depth[:, 5], said.general[:, 5])
