"""Score, Wald, Firth and saddle-point results against plain numpy fits."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from citywide.systems.genomics.engine.fits import binary_plain
from citywide.systems.genomics.engine.fits.binary import scan_binary
from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes, NullModelError
from citywide.systems.genomics.engine.fits.design import designs
from citywide.systems.genomics.engine.fits.rows import FIRTH, SCORE, SPA, WALD
from citywide.systems.genomics.engine.fits.screen import Choice
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.calls import encode
from citywide.systems.genomics.engine.kernel.states import FINE, NO_CALLS, ONE_GENOTYPE

LEVELS = [*compiled.LEVELS, "numba"]


def cohort(seed=1, people=503, variants=40, missing=0.03):
    random = np.random.default_rng(seed)
    frequency = random.uniform(0.02, 0.98, variants)
    frequency[10:20] = 0.006
    copies = random.binomial(2, frequency[:, None], (variants, people)).astype(np.int8)
    copies[random.random(copies.shape) < missing] = -1
    covariates = random.normal(size=(people, 3))
    liability = random.normal(size=people) + 0.5 * copies[0].clip(0) + 0.4 * covariates[:, 0]
    ill = (liability > np.quantile(liability, 0.8)).astype(float)
    ill[random.random(people) < 0.05] = np.nan
    copies[1], copies[2] = 0, -1
    copies[3] = np.where(ill == 1, 0, copies[3])
    return copies, ill, covariates


def lanes(ill, covariates, firth="fallback", like_plink2=False):
    labels = [str(i) for i in range(covariates.shape[1])]
    made, _ = designs(["ill"], ill[:, None], covariates, labels, np.ones(len(ill), bool))
    here = ill[made[0].members]
    return BinaryLanes(made[0], here, np.zeros(len(here)), firth, covariates[made[0].members] if like_plink2 else None)


def dosages(copies):
    """The same calls as dosages, a missing one being no number."""
    return np.ascontiguousarray(np.where(copies < 0, np.nan, copies), np.float32)


def at_level(level, copies, model, choice, block=encode):
    if level == "numba":
        return binary_plain.scan_binary(block(copies), model, choice)
    if compiled.library() is None or compiled.use_level(level) != level:
        pytest.skip(f"this machine has no {level}")
    try:
        return scan_binary(block(copies), model, choice)
    finally:
        compiled.use_level("")


def fitted(ill, covariates, copies, firth):
    here = np.isfinite(ill) & (copies >= 0)
    x, y = np.column_stack([np.ones(here.sum()), covariates[here], copies[here]]), ill[here]
    at = np.zeros(x.shape[1])
    for _ in range(500):
        p = 1 / (1 + np.exp(-x @ at))
        w = p * (1 - p)
        inverse = np.linalg.inv(x.T @ (x * w[:, None]))
        rest = y - p + (w * np.einsum("ij,jk,ik->i", x, inverse, x) * (0.5 - p) if firth else 0)
        at = at + 0.7 * inverse @ (x.T @ rest)
    return at[-1], np.sqrt(inverse[-1, -1])


@pytest.mark.parametrize("level", LEVELS)
def test_a_height_that_full_steps_jump_over_is_reached_by_short_ones(level):
    random = np.random.default_rng(8)
    copies = random.binomial(2, 0.006, (200, 400)).astype(np.int8)
    covariates = random.normal(size=(400, 5))
    ill = (random.random(400) < 0.015 + 0.8 * (copies[0] > 0)).astype(float)
    rows = at_level(level, copies, lanes(ill, covariates), Choice(screen=1.0))
    for v in (126, 178):
        beta, error = fitted(ill, covariates, copies[v], firth=False)
        assert rows.test[v] == WALD
        assert rows.beta[v] == pytest.approx(beta, abs=1e-7 * error)
        assert rows.error[v] == pytest.approx(error, rel=1e-7)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_fits_what_newton_in_numpy_fits(level):
    copies, ill, covariates = cohort()
    rows = at_level(level, copies, lanes(ill, covariates), Choice(screen=1.0))
    assert {WALD, FIRTH} <= set(rows.test.tolist())
    for v in np.flatnonzero((rows.status == FINE) & (rows.test != SCORE)):
        beta, error = fitted(ill, covariates, copies[v], rows.test[v] == FIRTH)
        assert rows.beta[v] == pytest.approx(beta, abs=1e-7 * error)
        assert rows.error[v] == pytest.approx(error, rel=1e-7)


def halted(ill, covariates, copies):
    """plink2's own steps: from zero, until the changes of all coefficients add up to less than 1e-4."""
    known = covariates[np.isfinite(ill)]
    standard = (covariates - known.mean(axis=0)) / known.std(axis=0, ddof=1)
    here = np.isfinite(ill) & (copies >= 0)
    x, y = np.column_stack([np.ones(here.sum()), standard[here], copies[here]]), ill[here]
    at, step = np.zeros(x.shape[1]), np.inf
    while np.abs(step).sum() >= 1e-4:
        p = 1 / (1 + np.exp(-x @ at))
        inverse = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
        step = inverse @ (x.T @ (y - p))
        at = at + step
    return at[-1], np.sqrt(inverse[-1, -1])


@pytest.mark.parametrize("level", LEVELS)
def test_asked_to_be_like_plink2_a_fit_halts_at_plink2s_step(level):
    copies, ill, covariates = cohort()
    covariates[:, 2] = covariates[:, 2] * 50 + 900
    rows = at_level(level, copies, lanes(ill, covariates, like_plink2=True), Choice(screen=1.0))
    whole = at_level(level, copies, lanes(ill, covariates), Choice(screen=1.0))
    wald = np.flatnonzero((rows.status == FINE) & (rows.test == WALD))
    for v in wald:
        beta, error = halted(ill, covariates, copies[v])
        assert (rows.beta[v], rows.error[v]) == pytest.approx((beta, error), rel=1e-9)
    assert np.abs(rows.error - whole.error)[wald].max() > 1e-8
    assert rows.beta[wald] == pytest.approx(whole.beta[wald], abs=1e-5)


@pytest.mark.parametrize("level", LEVELS)
def test_dosages_that_are_calls_have_the_calls_own_results(level):
    copies, ill, covariates = cohort()
    for choice in (Choice(), Choice(screen=1.0), Choice(spa=level != "numba")):
        model = lanes(ill, covariates)
        calls, dosed = (at_level(level, copies, model, choice, block) for block in (encode, dosages))
        for name in ("calls", "test", "status"):
            assert np.array_equal(getattr(calls, name), getattr(dosed, name))
        for name in ("frequency", "beta", "error", "minus_log10_p"):
            assert np.allclose(getattr(calls, name), getattr(dosed, name), rtol=1e-7, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_fits_uneven_dosages_as_newton_in_numpy_does(level):
    copies, ill, covariates = cohort()
    random = np.random.default_rng(5)
    uneven = np.where(copies < 0, -1, np.clip(copies + random.normal(size=copies.shape) * 0.2, 0, 2))
    rows = at_level(level, uneven, lanes(ill, covariates), Choice(screen=1.0), dosages)
    fits = np.flatnonzero((rows.status == FINE) & (rows.test != SCORE))
    assert len(fits) > 30
    for v in fits:
        kept = uneven[v].astype(np.float32).astype(np.float64)
        beta, error = fitted(ill, covariates, kept, rows.test[v] == FIRTH)
        assert rows.beta[v] == pytest.approx(beta, abs=1e-7 * error)
        assert rows.error[v] == pytest.approx(error, rel=1e-7)


@pytest.mark.parametrize("level", LEVELS)
def test_separation_goes_to_firth_and_is_said(level):
    copies, ill, covariates = cohort()
    rows = at_level(level, copies, lanes(ill, covariates), Choice(screen=1.0))
    assert rows.test[3] == FIRTH
    assert np.isfinite(rows.minus_log10_p[3])
    off = at_level(level, copies, lanes(ill, covariates, "off"), Choice(screen=1.0))
    assert np.isnan(off.beta[3])


def test_firth_everywhere_when_asked():
    copies, ill, covariates = cohort()
    rows = at_level(compiled.level(), copies, lanes(ill, covariates, "always"), Choice(screen=1.0))
    assert set(rows.test[(rows.status == FINE) & (rows.minus_log10_p > 0)].tolist()) <= {FIRTH, SCORE}


def test_what_is_not_worth_a_fit_keeps_its_score_and_says_so():
    copies, ill, covariates = cohort(2, 2_003, 60)
    model = lanes(ill, covariates)
    screened = at_level(compiled.level(), copies, model, Choice(screen=0.06))
    exact = at_level(compiled.level(), copies, model, Choice(screen=1.0))
    assert (screened.test == SCORE).sum() > 30
    strong = (exact.status == FINE) & (exact.minus_log10_p > -np.log10(0.05))
    assert (screened.test[strong] != SCORE).all()
    assert np.array_equal(screened.minus_log10_p[strong], exact.minus_log10_p[strong])


@pytest.mark.parametrize("level", LEVELS)
def test_variants_without_information_have_a_reason_and_no_number(level):
    copies, ill, covariates = cohort()
    rows = at_level(level, copies, lanes(ill, covariates), Choice())
    assert rows.status[[1, 2]].tolist() == [ONE_GENOTYPE, NO_CALLS]
    assert np.isnan(rows.minus_log10_p[[1, 2]]).all()


def both_tails(people: int, cases: int, carriers: int, hit: int) -> float:
    """The chance of a score as far out, half of one as far: carriers' and others' cases are both binomial."""
    share, risk = carriers / people, cases / people
    of_carriers, of_others = np.arange(carriers + 1), np.arange(people - carriers + 1)
    chance = np.outer(stats.binom.pmf(of_carriers, carriers, risk), stats.binom.pmf(of_others, people - carriers, risk))
    score = (1 - share) * (of_carriers[:, None] - carriers * risk)
    score = np.abs(score - share * (of_others - (people - carriers) * risk))
    seen = score[hit, cases - hit]
    return float(chance[score > seen + 1e-9].sum() + chance[np.abs(score - seen) <= 1e-9].sum() / 2)


def among(people: int, hits: list[tuple[int, int]]) -> np.ndarray:
    """Genotypes of which so many carriers, so many of them among the first, are ill."""
    copies = np.zeros((len(hits), people), np.int8)
    for row, (carriers, hit) in enumerate(hits):
        copies[row, :hit] = 1
        copies[row, people - (carriers - hit) :] = 1
    return copies


@pytest.mark.skipif(compiled.library() is None, reason="saddle points need the compiled kernel")
@pytest.mark.parametrize(("people", "cases"), [(2000, 20), (2000, 100), (3000, 900)])
def test_carriers_cases_are_counted_out(people, cases):
    """What is left is that the others' cases are taken as normal: a fifth at 1e-12, where cases are one in a hundred.
    A normal tail of all is wrong by decades.
    """
    ill = np.zeros(people)
    ill[:cases] = 1
    hits = [(many, hit) for many in (*range(2, 13), 13, 17, 23, 30, 60) for hit in range(min(many, cases) + 1)]
    hits = [one for one in hits if 1e-12 < both_tails(people, cases, *one) < 0.02]
    copies, model = among(people, hits), lanes(ill, np.zeros((people, 0)))
    found = scan_binary(encode(copies), model, Choice(screen=1.0, spa=True))
    assert (found.test == SPA).sum() > 20
    exact = -np.log10([both_tails(people, cases, *one) for one in hits])
    off = (found.minus_log10_p - exact)[found.test == SPA]
    few = np.array([many <= 12 for many, _ in hits])[found.test == SPA]
    assert np.abs(off[few]).max() < 0.025
    assert -0.1 < off[~few].min() < off[~few].max() < 0.05
    normal = at_level(compiled.level(), copies, model, Choice(screen=0.0))
    assert np.abs(normal.minus_log10_p - exact).max() > 2


@pytest.mark.skipif(compiled.library() is None, reason="saddle points need the compiled kernel")
def test_carriers_of_unlike_risk_are_counted_out_whichever_allele_is_rare():
    random = np.random.default_rng(3)
    covariates = random.normal(size=(1500, 2))
    ill = (random.random(1500) < 1 / (1 + np.exp(3 - covariates[:, 0]))).astype(float)
    copies = np.zeros((20, 1500), np.int8)
    for row in copies:
        row[random.choice(np.flatnonzero(ill), 5, replace=False)] = 1
        row[random.choice(np.flatnonzero(ill == 0), 2, replace=False)] = 2
    model = lanes(ill, covariates)
    for shown in (copies, 2 - copies):
        found = scan_binary(encode(shown), model, Choice(screen=1.0, spa=True))
        assert (found.test == SPA).all()
        assert found.minus_log10_p == pytest.approx([counted(row, model) for row in copies], abs=1e-9)


@pytest.mark.skipif(compiled.library() is None, reason="saddle points need the compiled kernel")
def test_more_carriers_of_unlike_risk_are_counted_on_a_lattice_as_out_of_every_outcome():
    random = np.random.default_rng(4)
    covariates = random.normal(size=(1500, 2))
    ill = (random.random(1500) < 1 / (1 + np.exp(3 - covariates[:, 0]))).astype(float)
    copies = np.zeros((2, 1500), np.int8)
    for row, hits in zip(copies, (5, 9), strict=True):
        row[random.choice(np.flatnonzero(ill), hits, replace=False)] = 1
        row[random.choice(np.flatnonzero(ill == 0), 14 - hits, replace=False)] = [2, *[1] * (13 - hits)]
    model = lanes(ill, covariates)
    for shown in (copies, 2 - copies):
        found = scan_binary(encode(shown), model, Choice(screen=1.0, spa=True))
        assert (found.test == SPA).all()
        assert found.minus_log10_p == pytest.approx([counted(row, model) for row in copies], abs=0.002)


def counted(copies: np.ndarray, model: BinaryLanes) -> float:
    """Every outcome of the carriers with its chance, and a normal part for the rest."""
    n = model.members
    risk, basis = model.risk[:n], model.white[:, :n]
    spread = risk * (1 - risk)
    g = copies - basis.T @ (basis @ (spread * copies))
    seen, who = abs(g @ (model.ill[:n] - risk)), np.flatnonzero(copies)
    unit = np.sqrt((g**2 * spread)[copies == 0].sum())
    outcomes = np.array(list(product((0, 1), repeat=len(who))), np.float64)
    chance = np.prod(np.where(outcomes, risk[who], 1 - risk[who]), axis=1)
    score = (outcomes - risk[who]) @ g[who]
    total = chance @ (stats.norm.sf((seen - score) / unit) + stats.norm.cdf((-seen - score) / unit))
    return float(-np.log10(total))


def test_covariates_that_tell_cases_from_controls_leave_nothing_to_scan():
    covariates = np.random.default_rng(1).normal(size=(200, 1))
    model = None
    try:
        model = lanes((covariates[:, 0] > 0).astype(float), covariates)
    except NullModelError:
        return
    assert np.isfinite(model.eta).all()  # Firth's penalty keeps the null model finite
