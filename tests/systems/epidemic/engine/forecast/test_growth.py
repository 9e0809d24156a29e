import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.forecast.autoregression import autoregressed
from citywide.systems.epidemic.engine.forecast.features import features_of
from citywide.systems.epidemic.engine.forecast.growth import FLOOR, growing, growth_features, logged, unlogged
from citywide.systems.epidemic.engine.forecast.lessons import lessons_of, questions
from citywide.systems.epidemic.engine.forecast.panel import Panel
from citywide.systems.epidemic.engine.forecast.scale import OFFSET, Scale
from citywide.systems.epidemic.engine.forecast.trend import trend
from citywide.systems.epidemic.engine.triangle import WEEK


def panel(courses):
    weeks = np.datetime64("2020-01-04") + np.arange(len(courses)) * WEEK
    scale = Scale(np.ones(courses.shape[1]))
    small = scale.shrink(courses)
    return Panel(weeks, small, ~np.isnan(small), scale, None)


def waves(weeks, places=6, seed=1):
    """Waves that grow and fall by factors of their own."""
    rng = np.random.default_rng(seed)
    turn = np.sin(2 * np.pi * (np.arange(weeks)[:, None] / 30 + rng.uniform(0, 0.2, places)))
    return 0.02 + 0.5 * np.exp(1.5 * turn + rng.normal(0, 0.03, (weeks, places)))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=20))
def test_logarithms_go_there_and_back(shares):
    small = (np.array(shares) + OFFSET) ** 0.25
    assert np.allclose(unlogged(logged(small)), small)
    assert np.allclose(logged(small), np.log(np.array(shares) + FLOOR))


def test_a_wave_higher_than_any_before_is_expected_to_grow_on_by_its_factor():
    past = waves(150)
    high = past[-30:] * 6  # as fast as ever, and six times as high
    course = np.concatenate([past, high])
    rising = course[: 150 + 6]
    known = panel(rising)
    features = features_of(known)
    lessons, asked = lessons_of(panel(past), (1,)), questions(features, (1,))[:, 0]
    _, told = trend(lessons, asked, features.names)
    expected = known.scale.grow((known.small[-1] + told)[None])[0]
    growth = rising[-1] / rising[-2]
    assert rising[-1].min() > 0.5
    assert np.corrcoef(expected / rising[-1], growth)[0, 1] > 0.5


def test_the_trend_leaves_less_than_no_change_leaves():
    known = panel(waves(200))
    features = features_of(known)
    lessons = lessons_of(known, (1, 2, 3))
    taught, told = trend(lessons, questions(features, (1, 2, 3)).reshape(-1, len(features.names) + 1), features.names)
    assert np.abs(lessons.change - taught).mean() < 0.7 * np.abs(lessons.change).mean()
    assert told.shape == (18,)


def test_no_place_is_expected_to_move_further_than_any_ever_did():
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(300, 2))
    seen = rng.normal(size=300) * np.exp(inputs[:, 1])
    asked = np.array([[40.0, 40.0], [-40.0, 40.0]])
    told = autoregressed(inputs, seen, np.ones(300), asked, np.array([False, True]))
    assert told.min() >= seen.min()
    assert told.max() <= seen.max()


def test_features_of_growth_are_those_of_the_logarithms():
    known = panel(waves(40))
    plain = features_of(known)
    both = growth_features(known, plain)
    assert np.array_equal(both.of("level")[..., 0], growing(known).small)
    assert np.array_equal(both.of("height", "whole_burden"), plain.of("level", "burden"))
