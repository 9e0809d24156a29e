import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.nowcast import nowcast, usual
from citywide.systems.epidemic.engine.triangle import WEEK, Triangle


def reported(first_share, weeks=40, places=5, seed=1):
    """Counts of which a share arrives in the first week and the rest one week later."""
    rng = np.random.default_rng(seed)
    final = rng.poisson(400, (weeks, places)).astype(float)
    days = np.datetime64("2023-01-07") + np.arange(weeks) * WEEK
    values = np.full((weeks, weeks, places), np.nan)
    for v in range(weeks):
        values[v, : v + 1] = final[: v + 1]
        values[v, v] = np.round(final[v] * first_share)
    vintages = (days + 4).astype("datetime64[s]")
    return Triangle(vintages, days, tuple("abcde"[:places]), values), final


def test_late_reports_are_added_back_within_two_percent():
    history, final = reported(0.8)
    moment = history.vintages[-1]
    settled = nowcast(history, moment).settle(history.known(moment).values)
    assert np.allclose(settled[-1] / final[-1], 1, atol=0.04)
    assert np.allclose(settled[:-1], final[:-1], rtol=0.01)


def test_without_revisions_nothing_changes():
    history, _ = reported(1.0)
    assert np.allclose(nowcast(history, history.vintages[-1]).factor, 0, atol=1e-9)


def test_a_place_of_its_own_habit_gets_its_own_factor():
    history, _ = reported(np.array([0.5, 0.95, 0.95, 0.95, 0.95]))
    first = np.exp(nowcast(history, history.vintages[-1]).factor[0])
    assert 1.6 < first[0] < 2.05
    assert (first[1:] < 1.2).all()


def test_one_vintage_teaches_nothing_and_breaks_nothing():
    history, _ = reported(0.8, weeks=1)
    learned = nowcast(history, history.vintages[-1])
    assert (learned.factor == 0).all()


def test_weeks_without_a_report_teach_nothing():
    history, final = reported(0.8)
    kept = np.r_[0:34, 38:40]
    gap = Triangle(history.vintages[kept], history.weeks, history.places, history.values[kept])
    moment = history.vintages[-1]
    settled = nowcast(gap, moment).settle(gap.known(moment).values)
    assert np.allclose(settled[-1] / final[-1], 1, atol=0.05)
    assert np.allclose(settled[:-1], final[:-1], rtol=0.03)


def test_a_burst_of_restatements_is_not_carried_on():
    history, final = reported(1.0)
    values = history.values.copy()
    values[:-3, :, 1] *= 0.7  # one place restated all its weeks three weeks ago
    once = Triangle(history.vintages, history.weeks, history.places, values)
    moment = history.vintages[-1]
    settled = nowcast(once, moment).settle(once.known(moment).values)
    assert np.allclose(settled, final, rtol=0.02)


def test_a_habit_that_has_ended_is_believed_to_have_ended():
    history, final = reported(0.8)
    values = history.values.copy()
    for v in range(32, 40):
        values[v, v] = final[v]
    ended = Triangle(history.vintages, history.weeks, history.places, values)
    assert np.abs(nowcast(ended, history.vintages[-1]).factor).max() < 0.03
    assert nowcast(ended, history.vintages[33]).factor[0].min() > 0.1


def test_what_was_never_revised_may_still_be():
    assert (nowcast(reported(1.0)[0], reported(1.0)[0].vintages[-1]).spread > 0).all()


def test_reports_that_grow_for_ten_weeks_are_followed_to_the_end():
    weeks = 40
    final = np.full((weeks, 4), 1000.0)
    days = np.datetime64("2023-01-07") + np.arange(weeks) * WEEK
    age = np.arange(weeks)[:, None] - np.arange(weeks)
    share = np.where(age < 0, np.nan, 1 - 0.15 * np.clip(1 - age / 10, 0, 1))
    history = Triangle((days + 4).astype("datetime64[s]"), days, tuple("abcd"), np.round(share[..., None] * final))
    settled = nowcast(history, history.vintages[-1]).settle(history.known(history.vintages[-1]).values)
    assert np.allclose(settled[-8:], 1000, rtol=0.02)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-1, 1), min_size=1, max_size=12), st.floats(-1, 1), st.floats(0.1, 5))
def test_the_usual_step_lies_where_half_the_weight_does(steps, toward, strength):
    weight = 0.85 ** np.arange(len(steps))
    found = float(usual(np.array(steps)[:, None], weight, np.array([toward]), strength)[0])
    every, heavy = np.array([*steps, toward]), np.array([*weight, strength])
    most = heavy.max() / 2 + 1e-9
    assert heavy[every < found - 1e-12].sum() <= heavy.sum() / 2 + most
    assert heavy[every > found + 1e-12].sum() <= heavy.sum() / 2 + most
    assert min(*steps, toward) <= found <= max(*steps, toward)
