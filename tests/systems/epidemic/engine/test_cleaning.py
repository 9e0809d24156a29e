import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.cleaning import Fault, screen, unit_of

WEEKS = np.datetime64("2024-01-06") + 7 * np.arange(30)
PLACES = tuple("abcdef")


def wave(seed=1):
    rng = np.random.default_rng(seed)
    course = 60 + 200 * np.exp(-(((np.arange(30) - 18) / 6) ** 2))
    return rng.poisson(course[:, None] * np.linspace(0.7, 1.5, 6)).astype(float)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_an_ordinary_wave_has_nothing_to_set_aside(seed):
    kept, problems = screen(wave(seed), WEEKS, PLACES)
    assert not problems
    assert not np.isnan(kept).any()


@settings(deadline=None, max_examples=30)
@given(st.integers(4, 29), st.integers(0, 5))
def test_a_tenfold_typo_is_found_wherever_it_stands(week, place):
    values = wave()
    values[week, place] *= 10
    kept, problems = screen(values, WEEKS, PLACES)
    assert [(p.fault, p.place, p.week) for p in problems] == [(Fault.TYPO, PLACES[place], WEEKS[week])]
    assert np.isnan(kept).sum() == 1


def test_a_reporting_stop_is_named_week_by_week():
    values = wave()
    values[26:, 2] = 0
    kept, problems = screen(values, WEEKS, PLACES)
    assert {(p.fault, p.place) for p in problems} == {(Fault.STOPPED, "c")}
    assert np.isnan(kept[26:, 2]).all()
    assert len(problems) == 4


def test_a_place_that_vanishes_is_named_once():
    values = wave()
    values[27:, 4] = np.nan
    assert [(p.fault, p.place) for p in screen(values, WEEKS, PLACES)[1]] == [(Fault.VANISHED, "e")]


def test_zeros_are_ordinary_where_few_are_expected():
    values = np.random.default_rng(2).poisson(2.0, (30, 6)).astype(float)
    assert not screen(values, WEEKS, PLACES)[1]


def test_rates_are_screened_as_counts_are():
    values = wave() / 777.7
    values[15, 3] *= 10
    assert unit_of(wave()) == 1
    assert [p.fault for p in screen(values, WEEKS, PLACES, unit_of(values))[1]] == [Fault.TYPO]
