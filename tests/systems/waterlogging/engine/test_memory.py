import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine.features import FEATURES, observe
from citywide.systems.waterlogging.engine.memory import FIGURES, FORGETTING, REGRESSORS, VAGUE, Memory, fresh, paused
from citywide.systems.waterlogging.engine.storms import storm
from citywide.systems.waterlogging.engine.watching import regressors
from citywide.systems.waterlogging.simulated.hydraulics import run
from citywide.systems.waterlogging.simulated.sites import random_sites


def a_flooding_site(seed, storms=3):
    rng = np.random.default_rng(seed)
    sites = random_sites(rng, 1)
    rain = np.concatenate([storm(rng) for _ in range(storms)])
    return run(sites, rain[None]).depth_cm[0], rain


def test_what_a_site_learns_equals_a_ridge_regression_on_all_it_saw():
    depth, rain = a_flooding_site(11)
    memory, looked = fresh(1), []
    for fell, stood in zip(rain, depth, strict=True):
        observe(memory, np.array([stood]), np.array([fell]))
        looked.append(memory.waiting[0, 0].copy())
    rows, answers = [], []
    for now in range(12, len(rain)):
        change = depth[now] - depth[now - 12], depth[now - 6] - depth[now - 12]
        if rain[max(0, now - 23) : now - 5].sum() >= 0.05 or max(map(abs, change)) >= 0.05:
            rows.append(looked[now - 12])
            answers.append(change[::-1])
    age = FORGETTING ** np.arange(len(rows))[::-1]
    z = np.array(rows)
    precision = np.linalg.inv(VAGUE.spread) * FORGETTING ** len(rows) + (z * age[:, None]).T @ z
    weights = np.linalg.solve(precision, (z * age[:, None]).T @ np.array(answers))
    assert len(rows) > 60
    assert np.allclose(memory.weights[0].T, weights, rtol=1e-5, atol=1e-6)


@given(st.lists(st.tuples(st.floats(0, 500) | st.just(float("nan")), st.floats(0, 60)), min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_no_weather_and_no_gap_makes_a_feature_that_is_no_number(steps):
    memory = fresh(1)
    for depth, rain in steps:
        assert np.isfinite(observe(memory, np.array([depth]), np.array([rain]))).all()
    assert all(np.isfinite(array).all() for array in memory)


def test_a_pause_forgets_the_hour_but_not_the_lesson():
    depth, rain = a_flooding_site(12)
    memory = fresh(1)
    for fell, stood in zip(rain, depth, strict=True):
        observe(memory, np.array([stood]), np.array([fell]))
    begun = paused(memory)
    assert (begun.weights == memory.weights).all()
    assert not begun.seen.any()
    features = observe(begun, np.array([0.0]), np.array([0.0]))[0]
    assert features[FEATURES.index("rain_36")] == 0
    assert features[FEATURES.index("depth_12")] == 0


def test_memories_have_one_row_a_site():
    assert all(len(array) == 3 for array in fresh(3))
    assert fresh(3).figures.shape == (3, FIGURES)
    assert Memory._fields[0] == "depths"


def test_regressors_are_as_many_as_said():
    row = np.full(REGRESSORS, np.nan)
    regressors(np.arange(13.0), np.ones(36), np.ones(FIGURES), row)
    assert np.isfinite(row).all()
