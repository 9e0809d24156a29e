"""The rain beside each gauge: of the nearest rain gauge that spoke, however many there are."""

import tracemalloc

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.waterlogging.duties.slots import METRES, NEAREST, Sky

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(1, 9), st.integers(0, 5))
def test_it_is_that_of_the_nearest_of_three_that_spoke(seed: int, stations: int, unplaced: int) -> None:
    chance = np.random.default_rng(seed)
    places, stand = chance.uniform(20, 21, (4, 2)), chance.uniform(20, 21, (stations + unplaced, 2))
    stand[stations:] = np.nan
    rain = np.where(chance.random((stations + unplaced, 5)) < 0.5, np.nan, chance.random((stations + unplaced, 5)))
    for place, told in zip(places, Sky(stand, rain).over(places), strict=True):
        near = sorted(range(stations), key=lambda at: float((((stand[at] - place) * METRES) ** 2).sum()))[:NEAREST]
        spoken = [next((rain[at, slot] for at in near if np.isfinite(rain[at, slot])), 0.0) for slot in range(5)]
        assert told.tolist() == spoken


def test_a_gauge_without_a_place_has_the_rain_about_the_middle_and_a_city_without_rain_gauges_none() -> None:
    nowhere, corners = np.full((1, 2), np.nan), np.array([[0.0, 0], [0, 9], [9, 0], [9, 9], [5, 4]])
    assert Sky(corners, np.arange(5.0)[:, None]).over(nowhere).tolist() == [[4.0]]
    assert Sky(np.zeros((0, 2)), np.zeros((0, 3))).over(nowhere).tolist() == [[0.0, 0.0, 0.0]]


def test_thousands_of_gauges_and_rain_gauges_are_not_laid_out_pair_by_pair() -> None:
    chance = np.random.default_rng(1)
    sky, places = Sky(chance.random((20_000, 2)), chance.random((20_000, 2))), chance.random((2000, 2))
    tracemalloc.start()
    sky.over(places)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 20_000 * 2000 / 100
