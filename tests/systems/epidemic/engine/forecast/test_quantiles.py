from statistics import NormalDist

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.forecast.pool import Matured, pooled, stretch, weights
from citywide.systems.epidemic.engine.forecast.quantiles import at_levels, mixed, stretched, whole
from citywide.systems.epidemic.engine.forecast.scale import OFFSET, Scale
from citywide.systems.epidemic.engine.scores import LEVELS

GROWN_UP = 100  # weeks of history
NORMAL = np.array([NormalDist().inv_cdf(level) for level in LEVELS])


def test_a_normal_survives_a_change_of_levels():
    few = np.array([0.025, 0.25, 0.5, 0.75, 0.975])
    values = np.array([3 + 2 * NormalDist().inv_cdf(level) for level in few])
    assert np.allclose(at_levels(values, few), 3 + 2 * NORMAL)


def test_a_pool_is_the_mixture_and_not_the_average():
    apart = np.stack([NORMAL, NORMAL + 6])[:, None]
    pool = mixed(apart, np.array([0.5, 0.5]))[0]
    mixture = [0.5 * NormalDist().cdf(q) + 0.5 * NormalDist(6).cdf(q) for q in pool]
    assert np.allclose(mixture, LEVELS, atol=0.012)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.05, 0.95))
def test_a_pool_of_equals_is_either(share):
    pool = mixed(np.stack([NORMAL, NORMAL])[:, None], np.array([share, 1 - share]))[0]
    assert np.allclose(pool, NORMAL, atol=0.25)


def test_stretching_multiplies_the_spread_and_keeps_the_median():
    assert np.allclose(stretched(NORMAL + 4, 1.5), 4 + 1.5 * NORMAL)
    assert np.allclose(stretched(NORMAL, 1.0, 1.0), np.sqrt(2) * NORMAL)


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 300), st.floats(0.01, 80))
def test_people_are_forecast_whole_in_order_and_near_what_was_thought(middle, size):
    thought = np.maximum(middle + size * NORMAL, 0)
    said = whole(thought)
    assert (said == np.rint(said)).all()
    assert (np.diff(said) >= 0).all()
    assert np.abs(said - thought).max() <= 1.0 + 1e-9  # half a person given back, half a person rounded


def past(spread, bias=0.0, weeks=30, seed=1):
    """Matured forecasts of a normal truth on the working scale: one honest member, one biased."""
    rng = np.random.default_rng(seed)
    scale = Scale(np.full(8, 1000.0))
    found = []
    for age in range(weeks):
        small = 0.8 + 0.05 * rng.normal(size=(8, 4))
        centre = np.full((8, 4, 1), 0.8)
        good, bad = centre + 0.05 * spread * NORMAL, centre + bias + 0.05 * spread * NORMAL
        truth = (small**4 - OFFSET) * 1000
        members = {name: (q**4 - OFFSET) * 1000 for name, q in (("good", good), ("bad", bad))}
        found.append(Matured(float(age), members, members["good"], truth))
    return found, scale


def test_narrow_forecasts_are_widened_and_honest_ones_left():
    every = np.arange(8)
    assert 0.93 < stretch(*past(1.0), every) < 1.1
    assert 1.3 < stretch(*past(0.5), every) < 2.0
    assert stretch([], Scale(np.ones(8)), every) == 1.0


def test_the_member_that_scored_better_weighs_more():
    found, scale = past(1.0, bias=0.06)
    share = weights(found, {"good": 0.3, "bad": 0.7}, scale, None)
    assert share["good"] > 0.55
    assert weights([], {"good": 0.3, "bad": 0.7}, scale, None) == {"good": 0.3, "bad": 0.7}


def test_a_season_never_seen_is_thought_to_leave_the_pool_upward_and_the_more_the_further_ahead():
    one = np.tile(NORMAL, (1, 4, 1))
    made = pooled({"one": one}, {"one": 1.0}, (1, 2, 3, 4), GROWN_UP)[0]
    up, down = made[:, -2] - made[:, 11], made[:, 11] - made[:, 1]
    assert (np.diff(up) > 0).all()
    assert (np.diff(down) > 0).all()
    assert (up > down).all()
    far = pooled({"one": one[:, :2]}, {"one": 1.0}, (6, 20), GROWN_UP)[0]
    assert np.allclose(far[0], far[1])
    assert (np.diff(made, axis=-1) >= 0).all()


def test_the_less_of_a_disease_has_been_seen_the_wider_is_its_forecast():
    wide = [float(np.ptp(pooled({"one": NORMAL}, {"one": 1.0}, (1,), weeks))) for weeks in (6, 20, GROWN_UP)]
    assert wide == sorted(wide, reverse=True)
    assert wide[0] > 1.3 * wide[-1]
