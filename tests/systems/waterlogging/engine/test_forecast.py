import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.waterlogging.engine.ahead import LINE_CM, Forecast, look_ahead
from citywide.systems.waterlogging.engine.features import FEATURES, PEAK_AT
from citywide.systems.waterlogging.engine.forecast import Forecaster
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.model import shipped
from citywide.systems.waterlogging.engine.outlook import SKY
from citywide.systems.waterlogging.engine.storms import storm
from citywide.systems.waterlogging.simulated.hydraulics import run
from citywide.systems.waterlogging.simulated.sites import random_sites

STORMS, STEPS, SITES = 12, 96, 30


@pytest.fixture(scope="module")
def season():
    """A season on thirty sites of a simulator that the model was not trained on."""
    rng = np.random.default_rng(21)
    sites = random_sites(rng, SITES)
    rain = np.stack([[storm(rng, STEPS) for _ in range(STORMS)] for _ in range(SITES)])
    return rain, np.stack([run(sites, rain[:, number]).depth_cm for number in range(STORMS)], axis=1)


@pytest.fixture(scope="module")
def forecasts(season):
    return played(Forecaster.of(SITES), *season)


def played(forecaster, rain, depth):
    said = []
    for number in range(rain.shape[1]):
        forecaster.pause()
        steps = range(rain.shape[2])
        said.append([forecaster.step(depth[:, number, step], _before(rain[:, number], step)) for step in steps])
    return [np.array([[getattr(each, name) for each in row] for row in said]) for name in ("depth", "low", "high")]


def _before(rain, step):
    return rain[:, step - 1] if step else np.zeros(len(rain))


def test_the_forecast_beats_the_water_staying_as_it_is(season, forecasts):
    _, depth = season
    for lead, steps in enumerate(LEADS):
        came = depth[:, 3:, steps:]
        ours = forecasts[0][3:, :-steps, :, lead].transpose(2, 0, 1)
        error, stay = ((ours - came) ** 2).sum(), ((depth[:, 3:, :-steps] - came) ** 2).sum()
        assert error < 0.5 * stay


def test_nine_in_ten_depths_fall_within_the_interval(season, forecasts):
    _, depth = season
    for lead, steps in enumerate(LEADS):
        came = depth[:, 3:, steps:]
        low, high = (forecasts[which][3:, :-steps, :, lead].transpose(2, 0, 1) for which in (1, 2))
        at_stake = np.maximum(high, came) > 0.5
        held = (came >= low - 0.1) & (came <= high + 0.1)
        assert 0.85 <= held[at_stake].mean() <= 0.95


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 40)), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_whatever_the_weather_a_forecast_is_a_depth_within_its_interval(steps):
    forecaster = Forecaster.of(1)
    for depth, rain in steps:
        said = forecaster.step(np.array([depth]), np.array([rain]))
        assert (said.low >= 0).all()
        assert (said.low <= said.depth).all()
        assert (said.depth <= said.high).all()
        assert ((said.chance >= 0) & (said.chance <= 1)).all()
        assert ((said.depth >= LINE_CM) == (said.chance >= 0.5)).all()


def test_a_dry_road_without_rain_stays_dry_and_warns_nobody():
    forecaster = Forecaster.of(1)
    for _ in range(60):
        said = forecaster.step(np.zeros(1), np.zeros(1))
        assert said.depth.max() < 1.0
        assert not said.warns().any()


@pytest.mark.parametrize(("chances", "warned"), [((0.49, 0.79), False), ((0.5, 0.0), True), ((0.0, 0.8), True)])
def test_a_warning_takes_a_chance_of_two_in_three_in_half_an_hour_or_in_an_hour(chances, warned):
    nothing = np.zeros((1, 2))
    assert Forecast(nothing, nothing, nothing, np.array([chances])).warns().tolist() == [warned]


@given(st.lists(st.floats(0, 20), min_size=12, max_size=12), st.lists(st.floats(0, 20), min_size=12, max_size=12))
@settings(max_examples=25, deadline=None)
def test_more_rain_foretold_is_never_less_water(rain, more):
    rng = np.random.default_rng(3)
    forecaster = Forecaster.of(20)
    depth, fell = rng.uniform(0, 60, 20), rng.uniform(0, 5, 20)
    forecaster.step(depth, fell)
    fresh_state = forecaster.state()
    said = []
    for ahead in (np.array(rain), np.array(rain) + np.array(more)):
        forecaster.restore(fresh_state)
        said.append(forecaster.step(depth, fell, np.tile(ahead, (20, 1))))
    assert (said[1].chance >= said[0].chance - 1e-12).all()
    assert (said[1].depth >= said[0].depth - 1e-9).all()


def test_a_forecaster_goes_on_from_its_kept_state_exactly(season):
    rain, depth = season
    one, other = Forecaster.of(SITES), Forecaster.of(SITES)
    for step in range(60):
        one.step(depth[:, 0, step], rain[:, 0, step])
    other.restore(one.state())
    for step in range(60, 90):
        said, again = (each.step(depth[:, 0, step], rain[:, 0, step]) for each in (one, other))
        assert all((a == b).all() for a, b in zip(said, again, strict=True))


def test_sites_do_not_hear_one_another(season):
    rain, depth = season
    together, alone = Forecaster.of(SITES), Forecaster.of(1)
    for step in range(STEPS):
        said = together.step(depth[:, 1, step], rain[:, 1, step])
        single = alone.step(depth[4:5, 1, step], rain[4:5, 1, step])
        assert np.allclose(said.depth[4], single.depth[0])


def test_a_missing_reading_does_not_stop_the_forecast(season):
    rain, depth = season
    forecaster = Forecaster.of(SITES)
    for step in range(STEPS):
        gap = np.where(np.arange(SITES) % 2 == step % 2, np.nan, depth[:, 2, step])
        said = forecaster.step(gap, rain[:, 2, step])
        assert all(np.isfinite(array).all() for array in said)


def some_rows(count):
    rng = np.random.default_rng(4)
    return tuple(np.abs(rng.normal(size=(count, len(names)))) * 10 for names in (FEATURES, SKY))


def test_looking_ahead_learns_nothing():
    model = shipped()
    rows, sky = some_rows(5)
    first, second = (look_ahead(model, rows, sky) for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_a_road_that_never_flooded_needs_twice_the_odds_to_be_warned():
    model = shipped()
    rows, sky = some_rows(50)
    rows[:, PEAK_AT] = LINE_CM - 0.1
    never = look_ahead(model, rows, sky).chance
    rows[:, PEAK_AT] = LINE_CM + 0.1
    once = look_ahead(model, rows, sky).chance
    changed = np.array(
        [np.isclose(a / (1 - a), 0.5 * b / (1 - b)) for a, b in zip(never.ravel(), once.ravel(), strict=True)]
    )
    assert changed.mean() > 0.9
