import numpy as np
import pytest

from benchmarks.epidemic.other_diseases import DISEASES, other_world


@pytest.mark.parametrize("name", DISEASES)
def test_another_diseases_world_is_the_same_each_time_and_knows_no_future(name):
    world, again = other_world(name, 1, every=6), other_world(name, 1, every=6)
    assert np.array_equal(again.history.values, world.history.values, equal_nan=True)
    for moment, said in zip(world.history.vintages[:-1], world.history.values[:-1], strict=True):
        assert np.isnan(said[world.history.weeks >= moment]).all()
    assert all(np.isfinite(peer.quantiles).all() for peer in world.peers.values())


def test_handfuls_are_mostly_none_at_all_and_some_weeks_never_come_in():
    final, before = (other_world("handfuls", 1).history.values[at] for at in (-1, -2))
    assert 0.3 < np.mean(final == 0) < 0.9
    yet_to_come = np.isnan(before).all(axis=1)
    assert np.isnan(before[~yet_to_come]).any()
