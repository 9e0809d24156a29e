"""Least squares on 2-bit genotypes against an ordinary float64 fit, on made and on hard inputs."""

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from citywide.systems.genomics.engine.fits import linear
from citywide.systems.genomics.engine.fits.design import designs, patterns
from citywide.systems.genomics.engine.fits.linear import Lanes
from citywide.systems.genomics.engine.kernel import compiled, digits, tails
from citywide.systems.genomics.engine.kernel.calls import encode
from citywide.systems.genomics.engine.kernel.states import COLLINEAR, FINE, NO_CALLS, ONE_GENOTYPE, TOO_FEW

LEVELS = [*compiled.LEVELS, "numba"]


def oracle(trait: np.ndarray, covariates: np.ndarray, copies: np.ndarray) -> tuple[float, float, float]:
    here = np.isfinite(trait) & (copies >= 0)
    columns = np.column_stack([np.ones(here.sum()), covariates[here]])
    q = np.linalg.svd(columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300), full_matrices=False)
    q = q[0][:, q[1] > 1e-9 * q[1][0]]
    g, y = copies[here].astype(float), trait[here]
    for _ in range(2):
        g, y = g - q @ (q.T @ g), y - q @ (q.T @ y)
    beta = g @ y / (g @ g)
    df = here.sum() - q.shape[1] - 1
    error = np.sqrt(((y - beta * g) ** 2).sum() / df / (g @ g))
    return beta, error, -(student.logsf(abs(beta / error), df) + np.log(2)) / np.log(10)


def scanned(level, copies, traits, covariates, keep=None):
    """-> {trait number: (status, beta, error, -log10 p)}"""
    keep = np.ones(len(traits), bool) if keep is None else keep
    labels = [f"c{i}" for i in range(covariates.shape[1])]
    made, refused = designs([str(i) for i in range(traits.shape[1])], traits, covariates, labels, keep)
    found = {}
    for design in made:
        fits = at_level(level, encode(copies), Lanes(design))
        for i, name in enumerate(design.names):
            found[int(name)] = (fits.status[i], fits.beta[i], fits.error[i], fits.minus_log10_p[i])
    return found, refused


def at_level(level, raw, lanes):
    if level == "numba":
        return linear.linear(raw, lanes)
    if compiled.library() is None or compiled.use_level(level) != level:
        pytest.skip(f"this machine has no {level}")
    try:
        return linear.linear(raw, lanes)
    finally:
        compiled.use_level("")


def cohort(seed, people=203, variants=70, missing=0.03, covariates=4, traits=2):
    random = np.random.default_rng(seed)
    frequency = random.uniform(0.01, 0.99, variants)
    copies = random.binomial(2, frequency[:, None], (variants, people)).astype(np.int8)
    copies[random.random(copies.shape) < missing] = -1
    noise = random.normal(size=(people, traits))
    effect = 0.5 * copies[:1].clip(0).T if variants else 0
    return copies, noise + effect, random.normal(size=(people, covariates))


def agree(found, copies, traits, covariates, worst=1e-8):
    for number, (status, beta, error, strength) in found.items():
        for v in np.flatnonzero(status == FINE):
            b, e, p = oracle(traits[:, number], covariates, copies[v])
            assert abs(beta[v] - b) <= worst * max(abs(b), e)
            assert abs(error[v] - e) <= worst * e
            assert abs(strength[v] - p) <= worst * max(p, 1)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("people", [201, 202, 203, 204, 257, 1024])
def test_every_level_fits_what_float64_least_squares_fits(level, people):
    copies, traits, covariates = cohort(people, people)
    found, _ = scanned(level, copies, traits, covariates)
    agree(found, copies, traits, covariates)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 90), st.integers(0, 6), st.sampled_from([0.0, 0.02, 0.3]))
def test_any_small_cohort_is_fitted_exactly(seed, people, columns, missing):
    copies, traits, covariates = cohort(seed, people, 12, missing, columns, 1)
    found, _ = scanned(compiled.level(), copies, traits, covariates)
    agree(found, copies, traits, covariates, 1e-7)


def test_levels_agree_bit_for_bit_in_the_integers():
    if compiled.library() is None:
        pytest.skip("no compiled kernel")
    random = np.random.default_rng(3)
    raw = random.integers(0, 256, (45, 77), dtype=np.uint8)
    columns = random.integers(-128, 128, (305, 50)).astype(np.int8)
    for what in range(3):
        there = [level for level in compiled.LEVELS if compiled.use_level(level) == level]
        found = [digits.dots(raw, columns, what) for level in there if compiled.use_level(level)]
        compiled.use_level("")
        assert all(np.array_equal(found[0], other) for other in found[1:])


def test_the_intercept_is_exact_so_standard_errors_do_not_drift_with_many_people():
    """The trap: an intercept lane of float32 1/sqrt(N) moved standard errors by 1e-5 and log10 p by 3e-4."""
    copies, traits, covariates = cohort(11, 30_011, 6, 0.01, 3, 1)
    copies[1] = np.where(copies[1] >= 0, 2, -1)
    copies[1, :9] = 1
    found, _ = scanned(compiled.level(), copies, traits, covariates)
    agree(found, copies, traits, covariates, 2e-9)


def test_imputing_the_mean_is_not_what_is_done():
    copies, traits, covariates = cohort(5, 400, 3, 0.3, 2, 1)
    found, _ = scanned(compiled.level(), copies, traits, covariates)
    agree(found, copies, traits, covariates)
    filled = np.where(copies[0] < 0, copies[0][copies[0] >= 0].mean(), copies[0])
    assert abs(oracle(traits[:, 0], covariates, filled)[2] - found[0][3][0]) > 1e-3


def hard():
    copies, traits, covariates = cohort(2, 301, 12, 0.02, 3, 1)
    carriers = copies.copy()
    carriers[0] = 0
    carriers[1] = 2
    carriers[2] = -1
    carriers[3] = 1
    carriers[4], carriers[4, 7] = 0, 1
    carriers[5], carriers[5, 8] = 2, 0
    batch = np.arange(301) % 10 == 0
    covariates[:, 2] = batch
    carriers[6, batch] = -1
    carriers[7] = np.where(batch, 2, 0)
    carriers[8], carriers[8, :3] = -1, [0, 1, 2]
    carriers[9] = 2 - carriers[10].clip(0)
    carriers[10] = carriers[10].clip(0)
    return carriers, traits, covariates


@pytest.mark.parametrize("level", LEVELS)
def test_hard_variants_have_a_stated_result_and_never_a_wrong_number(level):
    copies, traits, covariates = hard()
    found, _ = scanned(level, copies, traits, covariates)
    status = found[0][0]
    assert status[:5].tolist() == [ONE_GENOTYPE, ONE_GENOTYPE, NO_CALLS, ONE_GENOTYPE, FINE]
    assert status[5:9].tolist() == [FINE, FINE, COLLINEAR, TOO_FEW]
    assert np.isnan(found[0][1][status != FINE]).all()
    agree(found, copies, traits, covariates)


def test_swapping_alleles_turns_the_sign_and_nothing_else():
    copies, traits, covariates = hard()
    _, beta, error, strength = scanned(compiled.level(), copies, traits, covariates)[0][0]
    assert beta[9] == pytest.approx(-beta[10], rel=1e-9)
    assert error[9] == pytest.approx(error[10], rel=1e-9)
    assert strength[9] == pytest.approx(strength[10], rel=1e-9)


def test_covariates_may_be_huge_constant_or_repeated():
    copies, traits, covariates = cohort(8, 250, 20, 0.02, 2, 1)
    strange = np.column_stack([covariates, covariates[:, 0] * 1e9 + 3e9, np.full(250, 7.0), covariates[:, 1]])
    found, _ = scanned(compiled.level(), copies, traits, strange)
    agree(found, copies, traits, covariates, 1e-7)


def test_a_covariate_with_one_wild_value_does_not_cost_accuracy():
    copies, traits, covariates = cohort(9, 5_003, 10, 0.01, 2, 1)
    covariates[17, 0] = 1e6
    found, _ = scanned(compiled.level(), copies, traits, covariates)
    agree(found, copies, traits, covariates)


def test_traits_missing_in_different_people_are_each_fitted_on_their_own():
    copies, traits, covariates = cohort(4, 333, 25, 0.02, 3, 5)
    traits[:40, 1] = traits[50:60, 2] = traits[50:60, 3] = np.nan
    covariates[100:110, 1] = np.nan
    found, _ = scanned(compiled.level(), copies, traits, covariates)
    there = np.where(np.isfinite(covariates).all(axis=1)[:, None], traits, np.nan)
    agree(found, copies, there, np.nan_to_num(covariates))
    assert [columns for columns, _ in patterns(np.isfinite(there))] == [[0, 4], [1], [2, 3]]


def test_too_few_people_and_flat_traits_are_refused_with_the_reason():
    copies, traits, covariates = cohort(6, 60, 3, 0, 8, 3)
    traits[9:, 0], traits[:, 1] = np.nan, 3.0
    traits[:, 2] = covariates[:, 0] * 2 + 1
    found, refused = scanned(compiled.level(), copies, traits, covariates)
    assert not found
    assert {r.name: r.why for r in refused} == {
        "0": "9 people with every value are too few for 8 covariates",
        "1": "the same value for everybody",
        "2": "nothing is left of it after the covariates",
    }


@pytest.mark.parametrize("df", [1, 2, 7, 80, 999, 1000, 20_000])
def test_p_values_are_right_far_into_the_tail(df):
    t = np.array([1e-4, 0.3, 1.0, 2.5, 6.0, 15.0])
    expected = -(student.logsf(t, df) + np.log(2)) / np.log(10)
    assert np.allclose(tails.minus_log10_p_t(t, np.full(6, float(df))), expected, rtol=1e-9)
    if compiled.library() is not None:
        one = compiled.library().minus_log10_p_t
        found = [one(ctypes.c_double(x), ctypes.c_double(df)) for x in t]
        assert np.allclose(found, expected, rtol=1e-9)
