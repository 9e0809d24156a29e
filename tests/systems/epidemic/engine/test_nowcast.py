import numpy as np

from citywide.systems.epidemic.engine.nowcast import nowcast
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
