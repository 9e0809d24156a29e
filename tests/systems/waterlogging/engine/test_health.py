import numpy as np
import pytest

from citywide.systems.waterlogging.engine.faults import clock_off
from citywide.systems.waterlogging.engine.health import Health, Usual, Window, diagnose, usual
from citywide.systems.waterlogging.engine.storms import storm
from citywide.systems.waterlogging.simulated.hydraulics import run
from citywide.systems.waterlogging.simulated.sites import random_sites

DAY = 288
GAUGES = 12


def weather(seed, days, storm_days):
    """One sky over all gauges: dry days, days with a storm, and a ripple of a millimetre on the water."""
    rng = np.random.default_rng(seed)
    sites = random_sites(np.random.default_rng(99), GAUGES * 4)
    rain = np.zeros(days * DAY)
    for day in storm_days:
        rain[day * DAY : day * DAY + 96] = storm(rng, 96, total_mm=55.0)
    depth = run(sites, np.tile(rain, (len(sites.paved), 1))).depth_cm
    wettest = np.sort(np.argsort(-depth.max(axis=1))[:GAUGES])
    ripple = rng.normal(0, 0.1, (GAUGES, len(rain)))
    return np.maximum(0.0, depth[wettest] + np.where(depth[wettest] > 0, ripple, 0.0)), np.tile(rain, (GAUGES, 1))


@pytest.fixture(scope="module")
def habits():
    return usual(*weather(1, 24, range(0, 24, 2)))


def window(depth, rain):
    return Window(depth, rain, ~np.eye(GAUGES, dtype=bool))


def test_sound_gauges_are_dry_in_the_sun_and_wet_in_the_storm(habits):
    depth, rain = weather(2, 4, [3])
    assert (diagnose(window(depth[:, : 2 * DAY], rain[:, : 2 * DAY]), habits) == Health.DRY).all()
    peak = int(np.argmax(depth.sum(axis=0)))
    found = diagnose(window(depth[:, : peak + 1], rain[:, : peak + 1]), habits)
    assert set(found.tolist()) <= {Health.WET, Health.DRY}
    assert (found == Health.WET).sum() >= GAUGES // 2


def test_a_sound_gauge_is_never_called_broken_through_weeks_of_weather(habits):
    depth, rain = weather(3, 16, range(1, 16, 3))
    for end in range(2 * DAY, 16 * DAY, 61):
        found = diagnose(window(depth[:, end - 2 * DAY : end], rain[:, end - 2 * DAY : end]), habits)
        assert set(found.tolist()) <= {Health.DRY, Health.WET}, end


def test_a_gauge_that_says_nothing_is_silent_and_its_neighbours_are_not(habits):
    depth, rain = weather(4, 2, [])
    depth[3, -10:] = np.nan
    found = diagnose(window(depth, rain), habits)
    assert found[3] == Health.SILENT
    assert (np.delete(found, 3) == Health.DRY).all()


def test_a_gauge_that_stays_at_nought_through_a_flood_is_stuck_not_dry(habits):
    depth, rain = weather(5, 2, [1])
    end = DAY + 96
    deaf = int(np.argmax(habits.rise_per_mm))
    depth[deaf] = 0.0
    found = diagnose(window(depth[:, :end], rain[:, :end]), habits)
    assert found[deaf] == Health.STUCK
    assert (np.delete(found, deaf) != Health.STUCK).all()
    assert diagnose(window(depth[:, :DAY], rain[:, :DAY]), habits)[deaf] == Health.DRY


def test_a_gauge_frozen_at_a_depth_after_the_water_went_is_stuck(habits):
    depth, rain = weather(6, 2, [0])
    high = int(np.argmax(depth.max(axis=1)))
    depth[high, int(np.argmax(depth[high])) :] = depth[high].max()
    found = diagnose(window(depth, rain), habits)
    assert found[high] == Health.STUCK


def test_a_dry_level_that_creeps_is_drift(habits):
    depth, rain = weather(7, 4, [])
    depth[5] += np.linspace(0, 9, depth.shape[1]) + np.random.default_rng(0).normal(0, 0.1, depth.shape[1])
    found = diagnose(window(depth, rain), habits)
    assert found[5] == Health.DRIFTING
    assert (np.delete(found, 5) == Health.DRY).all()


@pytest.mark.parametrize("since", [0, 2 * DAY - 100])
def test_below_its_own_nought_no_water_stands_whether_always_or_since_it_was_set_anew(habits, since):
    depth, rain = weather(4, 2, [])
    depth[5, since:] -= 4
    found = diagnose(window(depth, rain), habits)
    assert found[5] == Health.DRIFTING
    assert (np.delete(found, 5) == Health.DRY).all()


def test_ice_that_grows_under_a_gauge_and_stays_is_neither_dry_nor_water(habits):
    depth, rain = weather(4, 2, [])
    depth[5] = np.minimum(np.linspace(0, 8, depth.shape[1]), 6.0)
    found = diagnose(window(depth, rain), habits)
    assert found[5] == Health.STUCK


def test_water_that_stands_everywhere_is_no_drift(habits):
    depth, rain = weather(8, 4, [])
    found = diagnose(window(depth + np.linspace(0, 9, depth.shape[1]), rain), habits)
    assert not (found == Health.DRIFTING).any()


def test_a_gauge_without_any_history_is_at_most_silent():
    unknown = Usual(*np.zeros((4, 2)), np.zeros((2, 3)))
    nothing = np.full((2, DAY), np.nan)
    found = diagnose(Window(nothing, np.zeros((2, DAY)), np.zeros((2, 2), dtype=bool)), unknown)
    assert (found == Health.SILENT).all()
    assert all(np.isfinite(array).all() for array in usual(nothing, np.zeros((2, DAY))))


def test_readings_that_stand_alone_are_noise_and_a_flood_that_comes_and_goes_is_none(habits):
    depth, rain = weather(9, 2, [1])
    depth[4, -60::15] += 40.0
    found = diagnose(window(depth, rain), habits)
    assert found[4] == Health.NOISY
    assert (np.delete(found, 4) != Health.NOISY).all()


def test_water_that_is_tenfold_from_a_moment_on_is_told_in_another_unit(habits):
    depth, rain = weather(4, 2, [])
    depth[5] = 2.0
    depth[5, -40:] *= 10
    found = diagnose(window(depth, rain), habits)
    assert found[5] == Health.RESCALED
    assert (np.delete(found, 5) == Health.DRY).all()


def test_many_times_the_most_water_from_less_than_the_most_rain_is_told_in_another_unit(habits):
    depth, rain = weather(5, 2, [1])
    depth, rain = depth[:, : DAY + 96], np.minimum(rain, np.quantile(rain[rain > 0], 0.5))[:, : DAY + 96]
    high = int(np.argmax(habits.highest))
    depth[high] *= 10 * habits.highest[high] / depth[high].max()
    found = diagnose(window(depth, rain), habits)
    assert found[high] == Health.RESCALED
    assert (np.delete(found, high) != Health.RESCALED).all()


@pytest.mark.parametrize(("moved", "off"), [(240.0, 240.0), (-120.0, -120.0), (40.0, 0.0)])
def test_a_clock_that_was_moved_is_off_by_as_much_and_slow_links_are_not(moved, off):
    rng = np.random.default_rng(1)
    lag = rng.uniform(0, 5, (3, DAY))
    lag[0, 200:] += moved
    lag[1] += 300
    lag[2, rng.random(DAY) < 0.3] += 600
    lag[2, :50] = np.nan
    assert clock_off(lag) == pytest.approx([off, 0, 0], abs=6)


@pytest.mark.parametrize("gauges", [2, 3, 12])
def test_no_clock_is_off_where_all_became_late_together(gauges):
    lag = np.random.default_rng(1).uniform(0, 5, (gauges, DAY))
    lag[:, 200:] += 100
    assert clock_off(lag).tolist() == [0.0] * gauges
    lag[0, 200:] += 240
    lag[1, 200:] -= 300
    assert clock_off(lag) == pytest.approx([240, -200] + [0] * (gauges - 2) if gauges > 2 else [340, -200], abs=6)
