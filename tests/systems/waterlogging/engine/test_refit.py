"""The correction that a gauge's own storms teach."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine import refit as engine
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.lessons import DRY_BETWEEN, LONGEST, lessons, storms_in
from citywide.systems.waterlogging.engine.refit import INPUTS, LINE_CM, NONE, Lesson, correction, due, refit_of, stacked

RNG = np.random.default_rng(5)


def a_storm(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rain, and water that answers it in a way of its own: it jumps late and stands long."""
    rain = np.round(rng.gamma(0.6, 3.0, 60) * (np.arange(60) < 24), 1)
    depth = 6 * np.convolve(rain, 0.9 ** np.arange(30))[:60]
    return rain, np.maximum(0.0, np.concatenate([np.zeros(3), depth])[:60] - 20)


def told(count: int, seed: int = 5) -> list[Lesson]:
    rng = np.random.default_rng(seed)
    return list(lessons(a_storm(rng) for _ in range(count)))


def left(refit: engine.Refit, storms: list[Lesson], lead: int = 0, steps: int = 6) -> float:
    """What remains of the general model's squared error."""
    before, after = [], []
    for storm in storms:
        more = np.concatenate([correction(stacked([refit]), row[None])[0] for row in storm.inputs])
        error = storm.depth[steps:] - engine.said(storm.inputs)[:-steps, lead]
        before.append(error)
        after.append(error - more[:-steps, lead])
    return float((np.concatenate(after) ** 2).sum() / (np.concatenate(before) ** 2).sum())


def test_storms_of_the_past_help_with_storms_to_come_and_more_of_them_help_more():
    held_out = told(10, seed=77)
    few, many = left(refit_of(told(8)), held_out), left(refit_of(told(40)), held_out)
    assert many < few < 1.0


def test_without_a_refit_the_general_model_speaks_alone():
    rain, depth = a_storm(np.random.default_rng(1))
    alone, beside = Forecaster.of(1), Forecaster.of(1)
    beside.refits = stacked([None])
    for fell, stood in zip(rain, depth, strict=True):
        for one, other in zip(alone.step([stood], [fell]), beside.step([stood], [fell]), strict=True):
            assert np.array_equal(one, other)


def test_a_correction_without_trust_changes_nothing_and_a_little_trust_changes_little():
    refit = refit_of(told(8))
    inputs = told(1, seed=9)[0].inputs[10:11]
    whole = correction(stacked([refit]), inputs)[0]
    for share in (0.0, 0.01, 0.5):
        part = correction(stacked([refit._replace(trust=share * refit.trust)]), inputs)[0]
        assert part == pytest.approx(share * whole)


def test_each_gauge_is_corrected_by_its_own_refit():
    refits = [refit_of(told(6, seed)) for seed in (1, 2)]
    inputs = told(1, seed=3)[0].inputs[12:15]
    together = correction(stacked([refits[0], None, refits[1]]), inputs)
    for place, refit in ((0, refits[0]), (1, NONE), (2, refits[1])):
        alone = correction(stacked([refit]), inputs[place : place + 1])
        assert together[0][place] == pytest.approx(alone[0][0])
        assert together[1][place] == pytest.approx(alone[1][0])


def test_what_helps_in_unseen_storms_only_by_half_is_believed_by_half():
    told_of = RNG.normal(size=50)
    assert engine._share(told_of, told_of / 2) == pytest.approx(0.5)
    assert engine._share(told_of, -told_of) == 0.0
    assert engine._share(np.zeros(50), told_of) == 0.0


def test_trust_is_a_share_that_noise_does_not_earn():
    noise = [Lesson(np.abs(RNG.normal(size=(40, INPUTS))), np.abs(RNG.normal(size=40))) for _ in range(12)]
    refit = refit_of(noise)
    assert ((refit.trust >= 0) & (refit.trust < 1)).all()
    assert refit_of(told(30)).trust[0] > 0.5


def test_gaps_in_a_record_teach_nothing_and_break_nothing():
    storms = told(6)
    holed = [Lesson(storm.inputs, np.where(np.arange(60) % 7 == 3, np.nan, storm.depth)) for storm in storms]
    more = correction(stacked([refit_of(holed)] * 60), storms[0].inputs)
    assert np.isfinite(more).all()
    assert np.any(more)


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 40)), min_size=1, max_size=30))
@settings(max_examples=15, deadline=None)
def test_whatever_the_weather_a_corrected_forecast_is_a_depth_within_its_interval(steps):
    forecaster = Forecaster.of(1)
    forecaster.refits = stacked([WILD])
    for depth, rain in steps:
        said = forecaster.step(np.array([depth]), np.array([rain]))
        assert (said.low >= 0).all()
        assert (said.low <= said.depth).all()
        assert (said.depth <= said.high).all()
        assert ((said.chance >= 0) & (said.chance <= 1)).all()
        assert ((said.depth >= LINE_CM) == (said.chance >= 0.5)).all()


WILD = refit_of(told(6))._replace(trust=np.full(4, 5.0))


def test_a_refit_is_due_with_five_storms_and_then_with_a_seventh_more():
    assert [storms for storms in range(12) if due(storms, 0)] == list(range(5, 12))
    assert not due(22, 20)
    assert due(23, 20)


def test_lessons_are_what_the_live_forecaster_saw_at_each_step():
    rng = np.random.default_rng(2)
    storms = [a_storm(rng) for _ in range(3)]
    forecaster = Forecaster.of(1)
    for lesson, (rain, depth) in zip(lessons(storms), storms, strict=True):
        forecaster.pause()
        for step, (fell, stood) in enumerate(zip(rain, depth, strict=True)):
            forecaster.step(np.array([stood]), np.array([fell]))
            assert np.array_equal(forecaster.inputs[0], lesson.inputs[step])


def test_a_storm_is_found_once_it_is_over_and_its_beginning_was_seen():
    rain, depth = np.zeros(600), np.zeros(600)
    rain[100:112] = 2.0
    assert storms_in(rain, depth) == [slice(88, 112 + DRY_BETWEEN)]
    assert storms_in(rain[90:], depth[90:]) == []
    assert storms_in(rain[:120], depth[:120]) == []


def test_small_endless_and_unread_storms_teach_nothing():
    rain, depth = np.zeros(600), np.zeros(600)
    rain[100:102] = 1.0
    assert storms_in(rain, depth) == []
    rain[100:130] = 1.0
    assert storms_in(rain, np.where(np.arange(600) % 2 == 0, np.nan, depth)) == []
    rain[100 : 100 + LONGEST] = 1.0
    assert storms_in(rain, depth) == []
    assert storms_in(np.zeros(600), depth) == []
