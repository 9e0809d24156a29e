import numpy as np

from citywide.systems.waterlogging.engine.ahead import Forecast
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.known import OFTEN, after_dry
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.onset import LEAST, Onsets, coming, counted, held, paused, untold
from citywide.systems.waterlogging.engine.refit import LINE_CM

DAY = 288
BEFORE, STORM = 24, np.array([0.0, 15, 40, 60, 60, 50, 40, 30, 20, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])


def watched(depths, dry, onsets=None):
    onsets = onsets or untold(1)
    for depth, is_dry in zip(depths, dry, strict=True):
        onsets = held(counted(onsets, np.array([depth])), np.array([depth]), np.array([is_dry]))
    return onsets


def at_a_dry_road(onsets):
    return coming(onsets, np.zeros((1, len(LEADS))), LINE_CM)


def after_storms(count):
    onsets = untold(1)
    for _ in range(count):
        record = np.concatenate([np.zeros(BEFORE), STORM])
        onsets = watched(record, np.arange(len(record)) < BEFORE, paused(onsets))
    return onsets


def test_a_gauge_that_has_seen_nothing_expects_nothing():
    said = at_a_dry_road(untold(1))
    assert not said.rise.any()
    assert not said.high.any()
    assert not said.chance.any()


def test_one_storm_in_a_dry_month_leaves_next_to_nothing_to_expect():
    month = np.concatenate([np.zeros(15 * DAY), STORM, np.zeros(15 * DAY)])
    said = at_a_dry_road(watched(month, month == 0))
    assert said.rise.max() < 0.3
    assert said.chance.max() < 0.01
    assert not said.high.any()


def test_where_storms_always_follow_they_are_expected_and_the_later_the_more():
    said = at_a_dry_road(after_storms(60))
    assert 0.1 < said.chance[0, 0] < said.chance[0, 1] < 0.6
    assert said.rise[0, 0] < said.rise[0, 1] < STORM.max()
    assert said.high.min() >= 40


def test_what_a_pause_cuts_off_is_not_counted():
    onsets = watched(np.zeros(6), np.ones(6, bool))
    cut = watched(STORM, np.zeros(len(STORM), bool), paused(onsets))
    assert np.array_equal(cut.counts, onsets.counts)
    assert not cut.sums.any()


def test_a_season_of_storms_teaches_a_forecaster_to_expect_water_on_a_dry_road():
    forecaster, rain = Forecaster.of(1), np.where(STORM > 0, 6.0, 0.0)
    for _ in range(20):
        forecaster.pause()
        for depth, fell in zip([*np.zeros(BEFORE), *STORM], [*np.zeros(BEFORE), *rain], strict=True):
            forecaster.step(np.array([depth]), np.array([fell]))
    forecaster.pause()
    said = forecaster.step(np.zeros(1), np.zeros(1))
    assert 2 < said.depth[0, 1] < LINE_CM
    assert said.high[0, 1] >= 40
    assert not said.warns().any()


def onsets_of(floods, of=100, reaches=60.0):
    """A gauge whose road so many dry moments in all were followed by such water on, and the others by none."""
    counts = np.zeros((1, len(LEADS), len(LEAST)))
    counts[..., 0], counts[..., np.searchsorted(LEAST, reaches) - 1] = of - floods, floods
    return Onsets(counts, np.full((1, len(LEADS)), floods * reaches), np.full((1, max(LEADS)), np.nan))


def dry_road():
    return Forecast(*np.zeros((4, 1, len(LEADS))))


def said_of(floods):
    return after_dry(dry_road(), onsets_of(floods), np.array([True]))


def test_where_deep_water_often_follows_dryness_its_mean_is_said_though_it_is_the_less_likely():
    often = said_of(40)
    assert np.allclose(often.depth, 0.4 * 60)
    assert np.allclose(often.chance, 0.4)
    assert (often.depth <= often.high).all()
    assert not often.warns().any()


def test_where_deep_water_seldom_follows_dryness_the_forecast_stays_below_the_line():
    seldom = said_of(int(100 * OFTEN) - 1)
    assert (seldom.depth < LINE_CM).all()
    assert np.allclose(seldom.depth, LINE_CM, atol=0.02)


def test_where_shallow_water_follows_dryness_more_often_than_not_the_forecast_is_over_the_line():
    likely = after_dry(dry_road(), onsets_of(60, reaches=12.0), np.array([True]))
    assert (likely.depth == LINE_CM).all()


def test_a_road_on_which_it_rains_is_told_nothing_of_dry_moments():
    assert not after_dry(dry_road(), onsets_of(90), np.array([False])).depth.any()
