import numpy as np
import pytest

from citywide.systems.epidemic.engine.cleaning import Fault
from citywide.systems.epidemic.engine.forecast.boosted import Trees
from citywide.systems.epidemic.engine.forecast.elsewhere import Background
from citywide.systems.epidemic.engine.forecast.forecaster import Forecaster
from citywide.systems.epidemic.engine.forecast.imagined import imagined
from citywide.systems.epidemic.engine.forecast.made import Setting
from citywide.systems.epidemic.engine.scores import LEVELS, interval_score
from citywide.systems.epidemic.engine.triangle import WEEK, Triangle

QUICK = Setting(trees=Trees(folds=2, rounds=15, miss_rounds=10), horizons=(0, 1, 2, 3), lessons_at_most=4000)


def reported(weeks=90, places=6, vintages=12, seed=3):
    """Imagined waves with a total, each week's first report one tenth short."""
    final = imagined(weeks, places, seed)
    final = np.column_stack([final, final.sum(axis=1)])
    days = np.datetime64("2022-01-01") + np.arange(weeks) * WEEK
    values = np.full((vintages, weeks, places + 1), np.nan)
    for v in range(vintages):
        newest = weeks - vintages + v
        values[v, : newest + 1] = final[: newest + 1]
        values[v, newest] = np.round(final[newest] * 0.9)
    names = (*"abcdefghijkl"[:places], "everywhere")
    return Triangle((days[-vintages:] + 4).astype("datetime64[s]"), days, names, values), final


def mondays(history, count):
    return [week + WEEK for week in history.weeks[-count:]]


def walked(history, days, background=None):
    return list(Forecaster(QUICK, background).walk(history, days))


@pytest.fixture(scope="module")
def month():
    history, final = reported()
    return history, final, walked(history, mondays(history, 4))


def test_later_vintages_cannot_change_an_earlier_forecast(month):
    history, _, made = month
    cut = made[1].reference - QUICK.deadline
    later = history.vintages > cut
    rng = np.random.default_rng(9)
    spoiled = history.values.copy()
    spoiled[later] = rng.uniform(0, 1e6, spoiled[later].shape)
    other = Triangle(history.vintages, history.weeks, history.places, spoiled)
    again = walked(other, [one.reference for one in made[:3]])
    for before, after in zip(made[:2], again, strict=False):
        assert np.array_equal(before.quantiles, after.quantiles)
        assert before.weights == after.weights
    assert not np.array_equal(made[2].quantiles, again[2].quantiles)


def test_forecasts_are_whole_ordered_and_never_negative(month):
    history, _, made = month
    for one in made:
        assert one.quantiles.shape == (len(history.places), 4, len(LEVELS))
        assert (np.diff(one.quantiles, axis=-1) >= -1e-9).all()
        assert (one.quantiles >= 0).all()
        assert abs(sum(one.weights.values()) - 1) < 1e-9


def test_the_same_seed_gives_the_same_forecast(month):
    history, _, made = month
    again = walked(history, [made[0].reference])[0]
    assert np.array_equal(again.quantiles, made[0].quantiles)


def test_the_pool_scores_better_than_no_change(month):
    history, final, made = month
    ours = still = 0.0
    for one in made:
        last = history.known(one.reference - QUICK.deadline).values[-1]
        for h in range(4):
            at = int((one.target(h) - history.weeks[0]) / WEEK)
            if at < len(final):
                ours += interval_score(final[at], one.quantiles[:, h]).sum()
                still += interval_score(final[at], np.repeat(last[:, None], 23, axis=1)).sum()
    assert ours < still


def test_scale_does_not_matter(month):
    history, _, made = month
    rates = Triangle(history.vintages, history.weeks, history.places, history.values / 1234.5)
    again = walked(rates, [made[0].reference])[0]
    assert np.allclose(again.quantiles[:, 0, 11] * 1234.5, made[0].quantiles[:, 0, 11], rtol=0.1, atol=2)


@pytest.mark.parametrize("weeks", [2, 8, 30])
def test_a_cold_start_still_forecasts(weeks):
    history, _ = reported(weeks=weeks, vintages=min(weeks, 3), seed=5)
    made = walked(history, mondays(history, 1))[0]
    assert np.isfinite(made.quantiles).all()
    assert (made.quantiles[-1, 0, 22] > made.quantiles[-1, 0, 0]) or weeks == 2


def test_a_related_signal_from_other_years_may_be_given():
    history, _ = reported(weeks=40)
    weeks = np.datetime64("2010-01-02") + np.arange(300) * WEEK
    made = walked(history, mondays(history, 1), Background(weeks, imagined(300, 8, 1)))[0]
    assert np.isfinite(made.quantiles).all()


def test_bad_reports_are_named_and_the_rest_is_forecast_as_before(month):
    history, _, made = month
    values = history.values.copy()
    values[-4:, -12:, 2] = np.nan
    values[:, -30, 1] *= 10
    broken = Triangle(history.vintages, history.weeks, history.places, values)
    one = walked(broken, [made[-1].reference])[0]
    good = walked(history, [made[-1].reference])[0]
    assert (Fault.TYPO, "b") in {(p.fault, p.place) for p in one.problems}
    assert np.isfinite(one.quantiles).all()
    untouched = [0, 3, 4, 5]
    assert np.allclose(one.quantiles[untouched, 0, 11], good.quantiles[untouched, 0, 11], rtol=0.3, atol=1)


def test_before_the_first_report_the_answer_is_clear():
    history, _ = reported(weeks=8, vintages=3)
    with pytest.raises(ValueError, match="nothing was reported before"):
        Forecaster(QUICK).forecast(history, history.weeks[0] - 30 * WEEK)


@pytest.mark.parametrize("places", [3, 9, 12])
def test_a_hub_that_opens_without_any_history_is_forecast_from_its_first_weeks_on(places):
    """The longest steps have no lesson yet when the shorter ones have enough."""
    history, _ = reported(weeks=18, places=places, vintages=16)
    made = walked(history, mondays(history, 15)[:-1])
    assert len(made) == 14
    assert all(np.isfinite(one.quantiles).all() and (np.diff(one.quantiles) >= 0).all() for one in made)


def test_forecasts_from_before_a_member_could_answer_still_teach_the_spread():
    history, _ = reported(weeks=16, vintages=9)
    made = walked(history, mondays(history, 8))
    first, last = made[0], made[-1]
    assert set(first.members) < set(last.members)
    assert not np.allclose(last.spread, 1)
