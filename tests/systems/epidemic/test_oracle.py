"""What somebody who knows what is usual can see, and what nobody can."""

import numpy as np
from scipy.stats import nbinom

from citywide.systems.epidemic.simulated.counts import SPREAD
from citywide.systems.epidemic.simulated.oracle import CHANCE, first_seen

USUAL = np.full(60, 2.0)


def extra(*days: int) -> np.ndarray:
    return np.bincount(days, minlength=60).astype(float)


def test_a_few_people_among_many_are_nobodys_to_see() -> None:
    assert first_seen(10 * USUAL, extra(30, 30, 31, 32, 33)) is None


def test_many_are_seen_on_the_evening_on_which_chance_explains_them_no_more() -> None:
    people = extra(*[30] * 8, *[31] * 8, *[32] * 8)
    chance = [nbinom.sf(14 + 8 * days - 1, 14 / (SPREAD - 1), 1 / SPREAD) for days in (1, 2, 3)]
    first = next(day for day, each in zip((30, 31, 32), chance, strict=True) if each <= CHANCE)
    assert first_seen(USUAL, people) == first


def test_what_trickles_in_is_seen_over_weeks_and_no_outbreak_never() -> None:
    assert first_seen(USUAL, extra(*range(20, 50), *range(20, 50))) in range(26, 50)
    assert first_seen(USUAL, extra()) is None
