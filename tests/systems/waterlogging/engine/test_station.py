"""Pumping stations: whose word is taken, and what it is worth."""

import numpy as np
import pytest

from citywide.systems.waterlogging.engine import plan
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.model import shipped
from citywide.systems.waterlogging.engine.station import MINUTES, Said, foretold, rows_of, speaks

PLANS = plan.plans_of(np.full(3, 5.0), np.full(3, 60.0), np.full(3, 150.0))


def rained(sites: int, slots: int = 6) -> Forecaster:
    forecaster = Forecaster.of(sites, plans=PLANS)
    for _ in range(slots):
        forecaster.step(np.zeros(sites), np.full(sites, 6.0))
    return forecaster


def minutes(*levels, running=0.0) -> Said:
    level = np.stack([np.broadcast_to(np.asarray(each, float), MINUTES) for each in levels])
    return Said(level, np.full(level.shape, running), np.zeros(level.shape))


def test_a_station_that_is_silent_or_stands_still_in_the_rain_is_not_listened_to():
    silent = np.where(np.arange(MINUTES) < MINUTES - 6, 0.3, np.nan)
    moving = 0.3 + 0.01 * (np.arange(MINUTES) % 3)
    said = minutes(silent, 0.3, moving)
    assert speaks(said, rained(3).basins).tolist() == [False, False, True]
    assert speaks(said, plan.empty(3)).tolist() == [False, True, True]


def test_a_full_sump_may_stand_still():
    assert speaks(minutes(1.0, 1.0, 1.0), rained(3).basins).all()


@pytest.mark.parametrize("unheard", [0, 1, 3])
def test_minutes_that_were_not_heard_are_as_they_were_said_last(unheard):
    forecaster, said = rained(3), minutes(0.4, 0.5, 0.6)
    lost = said.level.copy()
    lost[:, MINUTES - unheard :] = np.nan
    looked_at = [
        rows_of(each, forecaster.inputs, forecaster.basins, PLANS) for each in (said, said._replace(level=lost))
    ]
    assert np.array_equal(*looked_at)


def test_what_fills_fast_is_likelier_to_flood_than_what_the_pumps_hold():
    forecaster, last = rained(3), np.arange(MINUTES) - MINUTES + 1
    filling, held = np.clip(0.9 + 0.1 * last, 0.0, 1.0), 0.2 + 0.02 * (last % 5)
    said = minutes(filling, held, held)
    chance = foretold(shipped().stationed, rows_of(said, forecaster.inputs, forecaster.basins, PLANS))
    assert chance[0] > 0.8 > chance[1]
    assert chance[1] == chance[2]
