import numpy as np
import pytest

from citywide.systems.epidemic.engine.detect import screen, tabulate, watch, weeks_ending


@pytest.fixture
def counts():
    return np.random.default_rng(1).poisson(12, (6, 200)).astype(float)


def named(screened):
    return [(found.series, found.week) for found in screened.set_aside]


def test_good_counts_pass_untouched(counts):
    screened = screen(counts)
    assert screened.set_aside == ()
    assert (screened.counts == counts).all()


def test_a_negative_count_is_named_and_set_aside(counts):
    counts[2, 50] = -3
    screened = screen(counts)
    assert screened.set_aside[0].why == "not a count: -3"
    assert named(screened) == [(2, 50)]
    assert screened.counts[2, 50] == -1


def test_a_tenfold_typing_error_is_named_and_set_aside(counts):
    counts[1, 90] = 120
    assert named(screen(counts)) == [(1, 90)]


def test_the_newest_week_is_left_to_ring(counts):
    counts[1, -1] = 120
    assert screen(counts).set_aside == ()


def test_a_stop_of_reporting_is_named_from_its_first_week(counts):
    counts[4, -6:] = 0
    screened = screen(counts)
    assert named(screened) == [(4, 194)]
    assert (screened.counts[4, -6:] == -1).all()


def test_a_rare_syndrome_may_be_silent_for_long():
    rare = np.random.default_rng(2).poisson(0.05, (5, 200)).astype(float)
    assert screen(rare).set_aside == ()


def test_a_place_that_vanishes_takes_nothing_with_it(counts):
    counts[0, 150:] = np.nan
    found = watch(screen(counts).counts, 199)
    assert found.p_value[0, 0] == 1
    assert np.isfinite(found.score[1:]).all()


def test_a_week_reported_twice_counts_once_or_is_set_aside():
    screened = tabulate([(0, 0, 5), (0, 0, 5), (0, 1, 4), (0, 1, 9), (0, 1, 9), (0, 7, 1)], series=1, weeks=3)
    assert screened.counts[0, 0] == 5
    assert np.isnan(screened.counts[0, 1:]).all()
    assert [found.why for found in screened.set_aside] == [
        "reported twice with different counts",
        "outside the table",
    ]


def test_weeks_end_on_the_day_asked_for():
    daily = np.arange(20.0)[None, :]
    assert weeks_ending(daily, 15).tolist() == [[sum(range(2, 9)), sum(range(9, 16))]]


@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_a_series_that_has_only_begun_has_nothing_to_set_aside(weeks):
    assert not screen(np.full((2, weeks), 40.0)).set_aside
