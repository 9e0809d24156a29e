"""A forecast of all gauges takes long; readings are taken in, and a dead worker is replaced, beside it."""

from citywide.systems.waterlogging.engine.watching import blame, learn, remember


def test_no_kernel_keeps_the_other_threads_from_working() -> None:
    assert [kernel.targetoptions.get("nogil") for kernel in (remember, learn, blame)] == [True] * 3
