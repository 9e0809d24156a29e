import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from citywide.systems.epidemic.engine.allocation import Need, Stock, known, plan, unmet

LEVELS = np.array([0.1, 0.25, 0.5, 0.75, 0.9])


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    places, weeks = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    need = np.sort(rng.gamma(2, 20, (places, weeks, len(LEVELS))), axis=2)
    arriving = rng.uniform(0, 60 * places, weeks)
    return Need(need, LEVELS), Stock(rng.uniform(0, 30, places), arriving, keeps=draw(st.booleans()))


def total_unmet(sent, need, stock):
    total = 0.0
    for week in range(need.shape[1]):
        missing, left = unmet(sent[:, week], need[:, week], stock)
        total += missing.sum()
        stock = Stock(left, stock.arriving, stock.keeps)
    return total


@settings(max_examples=50, deadline=None)
@given(cases())
def test_no_more_is_sent_than_there_is(case):
    need, stock = case
    sent = plan(need, stock)
    assert (sent >= -1e-6).all()
    there = np.cumsum(stock.arriving) if stock.keeps else stock.arriving
    used = np.cumsum(sent.sum(axis=0)) if stock.keeps else sent.sum(axis=0)
    assert (used <= there + 1e-6).all()


@settings(max_examples=30, deadline=None)
@given(cases())
def test_more_supply_never_leaves_more_unmet(case):
    need, stock = case
    truth = need.quantiles[:, :, 2]
    more = Stock(stock.at_place, stock.arriving * 1.3, stock.keeps)
    little, much = (total_unmet(plan(known(truth), s), truth, s) for s in (stock, more))
    assert much <= little + 1e-4 * (1 + little)


@settings(max_examples=30, deadline=None)
@given(cases())
def test_hindsight_beats_every_plan_that_did_not_know(case):
    need, stock = case
    truth = need.quantiles[:, :, 3]
    ours, best = (total_unmet(plan(n, stock), truth, stock) for n in (need, known(truth)))
    assert best <= ours * 1.1 + 1e-3  # sooner counts a little more than later, so hindsight may give up a little


def test_a_week_of_beds_is_the_linear_program_of_scipy():
    rng = np.random.default_rng(3)
    need = Need(np.sort(rng.gamma(2, 20, (4, 1, 5)), axis=2), LEVELS)
    stock = Stock(np.zeros(4), np.array([90.0]), keeps=False)
    segments, chances = need.segments()[:, 0].ravel(), np.tile(need.chances(), 4)
    oracle = linprog(-chances, A_ub=np.ones((1, 20)), b_ub=[90.0], bounds=[(0, s) for s in segments])
    sent = plan(need, stock)[:, 0, None]
    filled = np.clip(sent - (np.cumsum(need.segments()[:, 0], axis=1) - need.segments()[:, 0]), 0, None)
    met = np.minimum(filled, need.segments()[:, 0]).ravel() @ chances
    assert met == pytest.approx(-oracle.fun)


def test_beds_go_where_they_are_most_surely_needed():
    need = Need(np.array([[[10.0, 10, 10, 10, 10]], [[0.0, 0, 5, 20, 40]]]), LEVELS)
    sent = plan(need, Stock(np.zeros(2), np.array([12.0]), keeps=False))
    assert sent[:, 0] == pytest.approx([10, 2])


def test_no_place_gets_less_than_its_floor():
    need = Need(np.array([[[50.0] * 5], [[0.0, 0, 10, 60, 80]]]), LEVELS)
    stock = Stock(np.zeros(2), np.array([30.0]), keeps=False, least_share=0.8)
    assert plan(need, stock)[1, 0] >= 0.8 * 30 * 10 / 60 - 1e-6


def test_a_floor_is_no_promise_that_cannot_be_kept():
    with pytest.raises(ValueError, match="no plan"):
        plan(known(np.array([[5.0]])), Stock(np.zeros(1), np.array([1.0]), keeps=False, least_share=2.0))


@pytest.mark.parametrize(("there", "arriving"), [(-1.0, 5.0), (2.0, -5.0)])
def test_a_stock_below_nought_is_named(there, arriving):
    stock = Stock(np.full(3, there), np.full(2, arriving), keeps=True)
    with pytest.raises(ValueError, match="below nought"):
        plan(known(np.full((3, 2), 4.0)), stock)


def test_what_is_no_number_or_of_other_places_is_named_before_it_reaches_the_solver():
    need = known(np.full((2, 1), 4.0))
    for at_place, arriving in ((np.array([np.nan, 0]), np.ones(1)), (np.zeros(2), np.array([np.inf]))):
        with pytest.raises(ValueError, match="not a number"):
            plan(need, Stock(at_place, arriving, keeps=True))
    for at_place, arriving in ((np.zeros(3), np.ones(1)), (np.zeros(2), np.ones(2))):
        with pytest.raises(ValueError, match="other places or weeks"):
            plan(need, Stock(at_place, arriving, keeps=True))
