import numpy as np
import pytest

from citywide.systems.epidemic.engine.detect import watch, weeks_ending
from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.outbreak_simulation import live, settle, spread, visits

DAYS, HOSPITALS, SYNDROMES = 60, 6, 3


@pytest.fixture(scope="module")
def seen():
    rng = np.random.default_rng(4)
    population = settle(1500, rng)
    epidemic = spread(population, live(population, DAYS, rng), NaturalHistory(), rng, most_cases=130)
    hospitals = rng.uniform(0, 10_000, (HOSPITALS, 2))
    return epidemic, visits(epidemic, population, hospitals, SYNDROMES, 1, DAYS, rng)


def test_nobody_comes_before_falling_ill_or_is_reported_before_coming(seen):
    epidemic, found = seen
    ill = found.case >= 0
    assert (found.day[ill] >= epidemic.onset[found.case[ill]]).all()
    assert (found.reported >= found.day).all()
    assert (found.syndrome[ill] == 1).all()


def test_what_was_known_only_grows(seen):
    _, found = seen
    known = [found.counts(HOSPITALS, SYNDROMES, DAYS, day).sum() for day in range(DAYS + 10)]
    assert (np.diff(known) >= 0).all()
    assert known[-1] == (found.day < DAYS).sum()


def test_the_epidemic_rings_in_its_syndrome(seen):
    epidemic, found = seen
    last = int(epidemic.infected.max())
    past = np.random.default_rng(5).poisson(0.3 * 7, (HOSPITALS * SYNDROMES, 200)).astype(float)
    now = weeks_ending(found.counts(HOSPITALS, SYNDROMES, DAYS, last), last)
    alarms = watch(np.concatenate([past, now], axis=1), 200 + now.shape[1] - 1).alarms(0.001)[:, -1]
    ringing = np.flatnonzero(alarms) % SYNDROMES
    assert 1 in ringing
    assert (ringing == 1).mean() > 0.7
