import numpy as np

from citywide.systems.waterlogging.engine.interval import (
    AFTER,
    LEAST_ARM,
    RAINING,
    SLACK_CM,
    UNTOLD,
    arms_of,
    held,
    judged,
    paused,
    spread,
)
from citywide.systems.waterlogging.engine.memory import LEADS

STEPS = 4000
SCALE = np.array([20.0])


def played(arms, errors, regimes):
    """A forecast of 50 cm with arms of 1 cm, step by step; whether each interval held at 30 minutes."""
    said, kept = np.full((1, len(LEADS)), 50.0), []
    for error, regime in zip(errors, regimes, strict=True):
        depth = np.array([50.0 + error])
        low, high = np.moveaxis(spread(arms, said, said - 1, said + 1, np.array([regime]), SCALE), 2, 0)
        arms = held(judged(arms, depth), low, high, np.array([regime]))
        kept.append(low[0, 0] - SLACK_CM <= depth[0] <= high[0, 0] + SLACK_CM)
    return arms, np.array(kept)


def test_arms_end_at_nine_in_ten_whatever_the_errors_are_and_each_at_its_own_side():
    errors = np.random.default_rng(5).exponential(3.0, STEPS) - 2.0
    arms, kept = played(arms_of(1), errors, np.full(STEPS, RAINING))
    assert 0.88 <= kept[STEPS // 2 :].mean() <= 0.92
    low, high = arms.stretch[0, RAINING, 0]
    assert high > 2 * low


def test_the_interval_of_a_gauge_that_is_much_surer_than_sites_in_general_holds_nine_in_ten_and_not_more():
    _, kept = played(arms_of(1), np.random.default_rng(7).normal(0, 0.2, STEPS), np.full(STEPS, AFTER))
    assert 0.87 <= kept[STEPS // 2 :].mean() <= 0.92


def test_what_rain_teaches_does_not_widen_the_interval_after_it():
    errors = np.random.default_rng(6).normal(0, 8.0, STEPS)
    arms, _ = played(arms_of(1), errors, np.full(STEPS, RAINING))
    assert np.array_equal(arms.stretch[0, AFTER], arms_of(1).stretch[0, AFTER])
    assert arms.stretch[0, RAINING].min() > 2


def test_moments_that_nobody_could_foretell_teach_the_arms_nothing():
    arms, _ = played(arms_of(1), np.full(60, 90.0), np.full(60, UNTOLD))
    assert np.array_equal(arms.stretch, arms_of(1).stretch)


def test_a_pause_leaves_nothing_to_be_judged():
    arms, _ = played(arms_of(1), np.zeros(11), np.full(11, RAINING))
    assert np.array_equal(judged(paused(arms), np.array([400.0])).stretch, arms.stretch)


def test_an_arm_of_a_certain_model_can_still_be_stretched():
    said = np.full((1, len(LEADS)), 30.0)
    assert np.allclose(np.ptp(spread(arms_of(1), said, said, said, np.array([AFTER]), SCALE), axis=2), 40 * LEAST_ARM)
