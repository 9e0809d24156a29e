"""How much rain is still to come."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine.memory import LONG_DRY
from citywide.systems.waterlogging.engine.model import shipped
from citywide.systems.waterlogging.engine.outlook import TRAITS, clear, described, followed, foreseen
from citywide.systems.waterlogging.engine.storms import design_storm, storm


def watched(rain: np.ndarray) -> np.ndarray:
    """Traits of every step of many storms, (step, storm, trait)."""
    skies, rows = clear(len(rain)), []
    for fell in rain.T:
        skies = followed(skies, fell)
        rows.append(described(skies))
    return np.stack(rows)


def trait(rows: np.ndarray, name: str) -> np.ndarray:
    return rows[..., TRAITS.index(name)]


def test_a_storm_has_its_age_its_fall_and_its_heaviest_rain():
    rows = watched(np.array([[0, 0, 2, 4, 1, 0.0]]))[:, 0]
    assert trait(rows, "age").tolist() == [0, 0, 0, 1, 2, 3]
    assert trait(rows, "storm_rain").tolist() == [0, 0, 2, 6, 7, 7]
    assert trait(rows, "since_heaviest")[2:].tolist() == [0, 0, 1, 2]
    assert trait(rows, "fallen_3")[-1] == 5


def test_a_new_storm_begins_after_long_dryness_only():
    long_dry, shower = np.zeros(int(LONG_DRY)), np.array([3.0, 0.0])
    assert trait(watched(np.concatenate([shower, long_dry, shower])[None]), "storm_rain")[-1] == 3
    assert trait(watched(np.concatenate([shower, long_dry[3:], shower])[None]), "storm_rain")[-1] == 6


def test_rain_that_rises_steadily_has_a_slope_and_no_bend():
    rows = watched(np.arange(0.0, 20.0)[None])[-1]
    assert trait(rows, "slope_12") == pytest.approx(1.0)
    assert trait(rows, "bend_12") == pytest.approx(0.0, abs=1e-9)
    assert trait(rows, "level_12") == pytest.approx(19.0)


@pytest.mark.parametrize(("draw", "left"), [(design_storm, 0.5), (storm, 0.8)])
def test_the_rain_of_storms_never_seen_is_foretold_better_than_by_its_going_on(draw, left):
    rng = np.random.default_rng(4)
    rain = np.stack([draw(rng) for _ in range(150)])
    rows = watched(rain)[:84]
    told = foreseen(shipped().outlook, rows.reshape(-1, len(TRAITS))).reshape(84, 150, 2)
    for lead, steps in enumerate((6, 12)):
        came = np.stack([rain[:, at + 1 : at + 1 + steps].sum(axis=1) for at in range(84)])
        goes_on = trait(rows, "fallen_3") * steps / 3
        assert ((told[..., lead] - came) ** 2).sum() < left * ((goes_on - came) ** 2).sum()


@given(st.lists(st.one_of(st.floats(0, 80), st.just(float("nan"))), min_size=1, max_size=60))
@settings(max_examples=20, deadline=None)
def test_whatever_falls_or_is_not_told_the_outlook_is_some_rain(rains):
    rows = watched(np.array([rains]))[-1]
    assert np.isfinite(rows).all()
    assert (foreseen(shipped().outlook, rows) >= 0).all()
