from math import lgamma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from citywide.systems.epidemic.engine.detect.baseline import design, fit
from citywide.systems.epidemic.engine.detect.evidence import LAGS, evidence, likelihood, summed


@given(st.integers(0, 300), st.floats(0.05, 200), st.floats(1.01, 8))
def test_the_negative_binomial_is_that_of_scipy(count, mean, dispersion):
    variance = dispersion * mean
    expected = nbinom.logpmf(count, mean / (dispersion - 1), 1 / dispersion)
    found = likelihood(float(count), mean, variance) - lgamma(count + 1)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(st.integers(0, 300), st.floats(0.05, 200))
def test_without_overdispersion_it_is_the_poisson(count, mean):
    found = likelihood(float(count), mean, mean) - lgamma(count + 1)
    assert found == pytest.approx(poisson.logpmf(count, mean), rel=1e-6, abs=1e-6)


@settings(deadline=None, max_examples=50)
@given(st.floats(0.5, 50), st.floats(1.0, 4.0), st.integers(0, 100))
def test_more_cases_this_week_are_more_evidence(mean, dispersion, count):
    means = np.full((2, LAGS), mean)
    counts = np.array([[max(count, mean) + 0.0, mean, mean], [max(count, mean) + 5.0, mean, mean]])
    found = evidence(counts, means, means * dispersion)
    assert found[1, 0] >= found[0, 0]


@settings(deadline=None, max_examples=50)
@given(st.floats(0.05, 20), st.floats(1.1, 8.0), st.integers(30, 3000))
def test_an_outbreak_larger_than_all_that_is_thought_of_is_still_more_evidence(mean, dispersion, count):
    means = np.full((2, LAGS), mean)
    counts = np.array([[20 * mean + count, mean, mean], [20 * mean + 2.0 * count, mean, mean]])
    found = evidence(counts, means, means * dispersion)
    assert found[1, 0] > found[0, 0] or found[0, 0] > 500  # beyond that it is held
    assert summed(found)[1] >= summed(found)[0]


def test_the_fit_finds_the_level_trend_and_season_that_made_the_counts():
    rng = np.random.default_rng(1)
    regressors, shrinkage = design(600, 52.0)
    truth = np.array([3.0, 0.5, 0.3, 0.0, -0.2, 0.1])
    counts = rng.poisson(np.exp(regressors @ truth)).astype(float)
    found = np.array([3.0, 0, 0, 0, 0, 0])
    dispersion, _ = fit(counts, regressors, shrinkage, found, 0, 600)
    assert found == pytest.approx(truth, abs=0.06)
    assert dispersion == pytest.approx(1.0, abs=0.15)
