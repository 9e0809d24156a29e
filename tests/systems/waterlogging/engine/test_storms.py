"""The storms of every family."""

import numpy as np
import pytest

from citywide.systems.waterlogging.engine.storms import (
    design_storm,
    double_storm,
    long_drizzle,
    passing_showers,
    storm,
)

FAMILIES = (design_storm, storm, double_storm, long_drizzle, passing_showers)


def drawn(family, count: int = 200) -> np.ndarray:
    rng = np.random.default_rng(6)
    return np.stack([family(rng, total_mm=40.0) for _ in range(count)])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_storm_brings_its_total_in_tenths_of_a_millimetre(family):
    rain = drawn(family)
    assert rain.shape == (200, 96)
    assert (rain >= 0).all()
    assert rain.sum(axis=1) == pytest.approx(40.0, abs=0.11)
    assert np.allclose(rain * 10, np.round(rain * 10))


def second_peak(rain: np.ndarray) -> np.ndarray:
    """How far rain rises again before or after its heaviest half hour, as a share of that."""
    halves = np.stack([np.convolve(each, np.ones(6), "same") for each in rain])
    found = []
    for each in halves:
        peak = int(each.argmax())
        sides = (each[: peak + 1][::-1], each[peak:])
        found.append(max((side - np.minimum.accumulate(side)).max() for side in sides) / each[peak])
    return np.array(found)


def test_a_double_storm_comes_back_and_a_design_storm_does_not():
    assert np.median(second_peak(drawn(double_storm))) > 0.4
    assert np.median(second_peak(drawn(design_storm))) < 0.05


def test_drizzle_is_long_and_steady_and_showers_leave_dry_hours_between():
    drizzle, showers = drawn(long_drizzle), drawn(passing_showers)
    assert np.median((drizzle > 0).sum(axis=1)) > 60
    assert np.median(drizzle.max(axis=1)) < 2.0
    assert np.median((showers > 0).sum(axis=1)) < 48
    assert np.median(showers.max(axis=1)) > 3.0
