import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.supply_plan import short_chance, whole

PLANS = arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(0, 50))


@settings(max_examples=80, deadline=None)
@given(PLANS)
def test_whole_things_are_as_many_as_were_planned_and_near_the_plan(sent) -> None:
    found = whole(sent)
    assert (found == np.rint(found)).all()
    assert (np.abs(found - sent) <= 1 + 1e-5).all()
    assert (found.sum(axis=0) <= sent.sum(axis=0) + 1e-4).all()
    assert (found.sum(axis=0) > sent.sum(axis=0) - 1 - 1e-4).all()


@given(st.floats(0, 300), st.floats(0, 300))
def test_more_at_hand_never_makes_a_shortage_likelier(some, more) -> None:
    quantiles = 10 + 100 * LEVELS
    assert short_chance(quantiles, some + more) <= short_chance(quantiles, some)


def test_the_chance_of_a_shortage_is_read_off_the_quantiles() -> None:
    assert abs(short_chance(100 * LEVELS, 50.0) - 0.5) < 1e-9
    assert short_chance(100 * LEVELS, 0.0) == 1.0
