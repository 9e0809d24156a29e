"""Whatever happens to the host's clock, the city's does not run back, and goes with it again soon."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.kit import clock
from citywide.kit.clock import PUT_BACK_S, Wall

STEPS = st.lists(st.tuples(st.floats(0, 100), st.floats(-100, 100)), max_size=9)


@given(steps=STEPS)
def test_a_clock_that_is_put_back_and_forth_never_runs_back_and_agrees_in_the_end(steps) -> None:
    host = SimpleNamespace(steady=0.0, off=1e9)
    fake = SimpleNamespace(monotonic=lambda: host.steady, time=lambda: host.steady + host.off)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "time", fake)
        wall, said, behind = Wall(), 1e9, 0.0
        for passed, put in steps:
            host.steady += passed
            host.off += put
            now = wall.now()
            assert now >= said + passed / 2 - 1e-6
            assert now >= fake.time() - 1e-6
            said, behind = now, now - fake.time()
        host.steady += 2 * behind
        assert wall.now() == pytest.approx(fake.time())
        host.off -= 2 * PUT_BACK_S
        assert wall.now() == fake.time(), "it was wrong before, and is believed now"
