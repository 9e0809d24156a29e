import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine.storms import design_storm, storm
from citywide.systems.waterlogging.simulated.hydraulics import rained, run, still
from citywide.systems.waterlogging.simulated.sites import random_sites
from citywide.systems.waterlogging.simulated.underpass import gauge_cm, level_m, volume_m3


def a_city(seed, count=40, steps=96):
    rng = np.random.default_rng(seed)
    return random_sites(rng, count), np.stack([storm(rng, steps) for _ in range(count)])


@given(st.integers(0, 10**6))
@settings(max_examples=10)
def test_no_drop_is_lost_between_sky_and_outfall(seed):
    sites, rain = a_city(seed)
    water = still(sites)
    total = dict.fromkeys(("rained", "soaked", "pumped", "drained", "spilled"), 0.0)
    for step in range(rain.shape[1]):
        water, flows = rained(sites, water, rain[:, step])
        total = {name: value + getattr(flows, name) for name, value in total.items()}
    held = water.upper + water.lower + water.road + water.stored
    left = total["rained"] - total["soaked"] - total["pumped"] - total["drained"] - total["spilled"]
    assert np.allclose(left, held, rtol=1e-9, atol=1e-6)
    assert all((value >= 0).all() for value in (*total.values(), held))


@given(st.integers(0, 10**6), st.floats(0, 6))
@settings(max_examples=30)
def test_a_level_and_its_volume_belong_together(seed, metres):
    sites, _ = a_city(seed, 5, 20)
    level = np.full(5, metres)
    assert np.allclose(level_m(sites, volume_m3(sites, level)), level)


def test_steady_rain_ends_in_a_steady_inflow_of_area_times_excess():
    sites, _ = a_city(3)
    truth = run(sites, np.full((40, 288), 2.0))
    excess = sites.paved * 2.0 + (1 - sites.paved) * np.maximum(0.0, 2.0 - sites.soaking_mm_per_h / 12)
    assert np.allclose(truth.flows.arrived[:, -1], excess * sites.square_metres / 1000, rtol=1e-3)


def test_a_dry_day_leaves_every_road_dry():
    sites, rain = a_city(4)
    assert not run(sites, np.zeros_like(rain)).depth_cm.any()


def test_broken_pumps_and_missing_crews_make_it_worse():
    sites, rain = a_city(5)
    sound, broken = run(sites, rain), run(sites, rain, np.zeros(rain.shape, dtype=bool))
    assert (broken.depth_cm.max(axis=1) >= sound.depth_cm.max(axis=1) - 1e-9).all()
    assert not broken.flows.pumped.any()
    water = still(sites)
    alone = helped = water
    for step in range(rain.shape[1]):
        alone, _ = rained(sites, alone, rain[:, step])
        helped, _ = rained(sites, helped, rain[:, step], extra_m3_per_s=0.05)
    assert (gauge_cm(sites, helped) <= gauge_cm(sites, alone) + 1e-9).all()


def test_ordinary_storms_flood_some_sites_and_spare_others():
    sites, rain = a_city(6, 200)
    flooded = (run(sites, rain).depth_cm.max(axis=1) >= 10).mean()
    assert 0.1 < flooded < 0.95


def test_the_same_seed_gives_the_same_weather():
    one, other = (design_storm(np.random.default_rng(7)) for _ in range(2))
    assert (one == other).all()
    assert one.sum() > 1


def test_a_storm_of_a_given_total_has_it_to_a_tip_of_the_bucket():
    for seed in range(50):
        rain = storm(np.random.default_rng(seed), 96, total_mm=40.0)
        assert rain.sum() == pytest.approx(40.0, abs=0.11)
        assert (rain >= 0).all()
