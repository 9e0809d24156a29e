"""A gauge that cannot be believed becomes a case, by what ought to have happened."""

import numpy as np

from citywide.systems.waterlogging.duties.gauge_health import NEAREST, TOGETHER, findings, neighbourhoods, neighbours
from citywide.systems.waterlogging.duties.slots import Slots
from citywide.systems.waterlogging.engine.health import Health
from citywide.systems.waterlogging.engine.storms import storm
from citywide.systems.waterlogging.simulated.hydraulics import run
from citywide.systems.waterlogging.simulated.sites import random_sites

DAY, GAUGES = 288, 10


def a_week(storm_days: tuple[int, ...], days: int = 7) -> Slots:
    rng = np.random.default_rng(3)
    rain = np.zeros(days * DAY)
    for day in storm_days:
        rain[day * DAY : day * DAY + 96] = storm(rng, 96, total_mm=60.0)
    sites = random_sites(np.random.default_rng(99), 4 * GAUGES)
    depth = run(sites, np.tile(rain, (4 * GAUGES, 1))).depth_cm
    wettest = np.argsort(-depth.max(axis=1))[:GAUGES]
    places = np.stack([106.5 + np.arange(GAUGES) / 200, np.full(GAUGES, 29.5)], axis=1)
    names = [f"gauge/{number}" for number in range(GAUGES)]
    return Slots(names, places, depth[wettest], np.tile(rain, (GAUGES, 1)))


def test_a_week_of_sound_gauges_raises_nothing():
    slots = a_week((1, 3, 6))
    for hours in range(24, 24 * 7, 11):
        part = Slots(slots.gauges, slots.places, slots.depth[:, : 12 * hours], slots.rain[:, : 12 * hours])
        assert set(findings(part).health.tolist()) <= {Health.DRY, Health.WET}


def test_a_gauge_deaf_to_the_last_storm_is_stuck_and_no_other():
    slots = a_week((1, 3, 6))
    slots.depth[0, 6 * DAY :] = 0.0
    part = Slots(slots.gauges, slots.places, slots.depth[:, : 6 * DAY + 100], slots.rain[:, : 6 * DAY + 100])
    health = findings(part).health
    assert health[0] == Health.STUCK
    assert not np.isin(health[1:], (Health.STUCK, Health.DRIFTING)).any()


def test_a_gauge_that_creeps_in_the_sun_drifts_by_what_it_is_off():
    slots = a_week((0, 1))
    slots.depth[4, 4 * DAY :] += np.linspace(0, 12, 3 * DAY)
    found = findings(slots)
    assert found.health[4] == Health.DRIFTING
    assert found.off_cm[4] > 3
    assert (np.delete(found.health, 4) != Health.DRIFTING).all()


def test_a_gauge_that_was_always_set_below_nought_is_off_by_as_much():
    slots = a_week((0, 1))
    slots.depth[4] -= 4
    found = findings(slots)
    assert found.health[4] == Health.DRIFTING
    assert found.off_cm[4] == 4
    assert (np.delete(found.health, 4) != Health.DRIFTING).all()


def test_a_record_of_a_few_hours_judges_nobody():
    slots = a_week((0,), days=1)
    part = Slots(slots.gauges, slots.places, slots.depth[:, :100], slots.rain[:, :100])
    assert not findings(part).health.any()


def test_neighbours_are_near_and_not_oneself():
    near = neighbours(np.array([(106.5, 29.5), (106.51, 29.5), (106.9, 29.5)]))
    assert near.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_a_great_citys_gauges_are_looked_at_in_blocks_each_with_all_that_are_nearest():
    places = np.random.default_rng(5).uniform((106.4, 29.4), (106.6, 29.6), (5 * TOGETHER, 2))
    places[7] = np.nan
    whole, seen = neighbours(places), list[int]()
    assert whole.sum(axis=1).max() == NEAREST
    assert not whole[7].any()
    for own, around in neighbourhoods(places):
        seen += own
        assert len(own) <= TOGETHER
        assert len(around) < 2 * TOGETHER
        block = np.array([*own, *around])
        assert np.array_equal(neighbours(places[block])[: len(own)], whole[np.ix_(own, block)])
        assert whole[own].sum() == whole[np.ix_(own, block)].sum()
    assert sorted(seen) == list(range(len(places)))
