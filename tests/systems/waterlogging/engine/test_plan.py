"""Roads that never flooded: what their plans say comes as often as it is said."""

import numpy as np
import pytest

from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.plan import Plans, empty, filled, plans_of, unknown
from citywide.systems.waterlogging.engine.refit import LINE_CM
from citywide.systems.waterlogging.engine.storms import storm
from citywide.systems.waterlogging.simulated.hydraulics import run
from citywide.systems.waterlogging.simulated.sites import random_sites

SITES = 200


def of_sites(sites) -> Plans:
    return plans_of(sites.square_metres / 1e4, sites.sump_m2 * sites.sump_m, sites.pump_m3_per_s * 3600)


def played(plans, rain, depth):
    """The chances, (site, step, lead), of gauges that begin to be watched."""
    forecaster = Forecaster.of(len(rain), plans=plans)
    before = np.concatenate([np.zeros((len(rain), 1)), rain[:, :-1]], axis=1)
    return np.stack([forecaster.step(*seen).chance for seen in zip(depth.T, before.T, strict=True)], axis=1)


@pytest.fixture(scope="module")
def first_storm():
    """One storm over roads that nobody chose because they flood, of seeds that training never used."""
    rng = np.random.default_rng(88)
    sites = random_sites(rng, SITES)
    rain = np.stack([storm(rng, total_mm=rng.uniform(10, 45)) for _ in range(SITES)])
    return of_sites(sites), rain, run(sites, rain).depth_cm


@pytest.fixture(scope="module")
def said(first_storm):
    """What is said of roads still dry in the rain with plans and without, and whether it came: (row, lead) each."""
    plans, rain, depth = first_storm
    rained = np.cumsum(rain, axis=1) - rain > 0
    dry = (rained & (np.maximum.accumulate(depth, axis=1) < LINE_CM))[:, : -max(LEADS)]
    came = np.stack([depth[:, steps : steps + dry.shape[1]] >= LINE_CM for steps in LEADS], axis=2)
    told = (played(known, rain, depth)[:, : dry.shape[1]][dry] for known in (plans, unknown(SITES)))
    return *told, came[dry]


def left_over(chance, came):
    likely = np.clip(np.where(came, chance, 1 - chance), 1e-4, 1)
    return -np.log(likely).mean(axis=0)


def test_plans_leave_less_to_chance_at_both_leads(said):
    planned, unplanned, came = said
    assert (left_over(planned, came) < 0.9 * left_over(unplanned, came)).all()


@pytest.mark.parametrize(("least", "most"), [(0, 0.1), (0.1, 0.4), (0.4, 0.7), (0.7, 1)])
def test_of_such_a_chance_water_comes_about_so_often(said, least, most):
    planned, _, came = said
    of_such = (planned >= least) & (planned < most)
    assert of_such.sum() > 50
    assert came[of_such].mean() == pytest.approx(planned[of_such].mean(), abs=0.12)


def test_no_drop_of_what_runs_off_is_lost_on_its_way_to_the_sump():
    plans, basins = plans_of(np.ones(1), np.full(1, 1e6), np.zeros(1)), empty(1)
    for mm in (0.0, 4.0, 9.0, 2.0, 0.0, 0.0):
        basins = filled(basins, plans, np.array([mm]))
    assert basins.upper + basins.lower + basins.stored == pytest.approx(0.7 * (15 - 1.5))


def test_a_small_sump_is_warned_of_before_a_large_one():
    plans = plans_of(np.full(2, 5.0), np.array([100.0, 2500.0]), np.full(2, 100.0))
    rain = np.tile([0, 3, 6, 8, 8, 6, 3, 0], (2, 1)).astype(float)
    small, large = played(plans, rain, np.zeros_like(rain)).max(axis=(1, 2))
    assert small > 0.5 > large


@pytest.mark.parametrize("unknown_fact", range(3))
def test_a_road_of_which_a_fact_is_not_known_is_forecast_as_one_without_a_plan(first_storm, unknown_fact):
    _, rain, depth = first_storm
    facts = [np.ones(3), np.full(3, 200.0), np.full(3, 90.0)]
    facts[unknown_fact] = np.array([np.nan, -1.0, np.nan])
    told = [played(plans, rain[:3], depth[:3]) for plans in (plans_of(*facts), unknown(3))]
    assert np.array_equal(*told)


def test_once_its_road_has_flooded_a_gauge_knows_better_than_the_plan():
    rain, depth = np.full((1, 20), 4.0), np.concatenate([np.zeros((1, 8)), np.full((1, 12), 15.0)], axis=1)
    planned, unplanned = (played(plans, rain, depth) for plans in (plans_of(*np.full((3, 1), 5.0)), unknown(1)))
    assert not np.array_equal(planned[:, :8], unplanned[:, :8])
    assert np.array_equal(planned[:, 8:], unplanned[:, 8:])
