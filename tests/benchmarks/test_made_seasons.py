import numpy as np
import pytest

from benchmarks.epidemic.made_seasons import HORIZONS, made_world
from citywide.systems.epidemic.engine.triangle import WEEK


@pytest.fixture(scope="module", params=[0, 1])
def world(request):
    return made_world(request.param, every=5)


def test_a_made_world_is_the_same_each_time(world):
    again = made_world(int(world.seasons[0].split("-")[1]), every=5)
    assert np.array_equal(again.history.values, world.history.values, equal_nan=True)


def test_no_vintage_speaks_of_a_week_that_has_not_ended(world):
    for moment, said in zip(world.history.vintages[:-1], world.history.values[:-1], strict=True):
        assert np.isnan(said[world.history.weeks >= moment]).all()


def test_the_truth_is_what_the_last_vintage_says(world):
    day = world.days[0]
    at = int((day - world.history.weeks[0]) / WEEK)
    assert np.array_equal(world.truth[0].T, world.history.values[-1][at : at + len(HORIZONS)])


def test_the_season_peaks_inside_and_counts_are_whole(world):
    final = world.history.values[-1]
    assert (final == np.round(final)).all()
    assert (final >= 0).all()
    last = final[int((world.days[0] - world.history.weeks[0]) / WEEK) - 1 :].sum(axis=1)
    assert 0 < last.argmax() < len(last) - 1
