import numpy as np
import pytest
from scipy.stats import gamma

from citywide.systems.epidemic.engine.rt import Delays, cori, estimate
from citywide.systems.epidemic.engine.rt.cori import quantile

DAYS = 100


def by_day(mean, sd, days):
    mass = np.diff(gamma.cdf(np.arange(days + 1), (mean / sd) ** 2, scale=sd**2 / mean))
    return mass / mass.sum()


DELAYS = Delays(by_day(5.2, 2.2, 14), by_day(6.0, 3.0, 20))
REPORTED = np.minimum(np.cumsum(by_day(3.0, 2.0, 12)), 1.0)


def epidemic(r, seed):
    rng = np.random.default_rng(seed)
    infections = np.concatenate([rng.poisson(60, 20), np.zeros(DAYS)]).astype(float)
    for day in range(DAYS):
        infections[20 + day] = rng.poisson(r[day] * (infections[6 + day : 20 + day][::-1] @ DELAYS.generation))
    mean = np.array([infections[1 + day : 21 + day][::-1] @ DELAYS.counted for day in range(DAYS)])
    counts = rng.negative_binomial(20, 20 / (20 + mean * np.resize([1, 1.1, 1, 1, 1, 0.8, 0.8], DAYS)))
    seen = np.ones(DAYS)
    seen[-12:] = REPORTED[::-1]
    return rng.binomial(counts, seen).astype(float), seen


def drifting(seed):
    knots = np.random.default_rng(seed).uniform(-0.4, 0.5, 6)
    return np.exp(np.interp(np.arange(DAYS), np.linspace(0, DAYS, 6), knots))


def test_the_bands_hold_the_truth_as_often_as_they_say_also_in_the_last_weeks():
    inside, late, error, peer_inside, peer_error = [], [], [], [], []
    for seed in range(10):
        r = drifting(seed)
        counts, seen = epidemic(r, seed)
        found = estimate(counts, DELAYS, seen)
        hit = (found.quantile(0.025) <= r) & (r <= found.quantile(0.975))
        inside.append(hit[10:].mean())
        late.append(hit[-14:].mean())
        error.append(np.abs(found.log_r - np.log(r))[10:].mean())
        shape, scale = cori(counts, DELAYS.generation)
        peer_hit = (quantile(shape, scale, 0.025) <= r) & (r <= quantile(shape, scale, 0.975))
        peer_inside.append(peer_hit[10:].mean())
        peer_error.append(np.abs(np.log(shape * scale) - np.log(r))[10:].mean())
    assert np.mean(inside) > 0.9
    assert np.mean(late) > 0.85
    assert np.mean(peer_inside) < 0.7
    assert np.mean(error) < 0.6 * np.mean(peer_error)


def test_the_last_day_is_less_certain_than_the_middle():
    counts, seen = epidemic(np.ones(DAYS), seed=3)
    found = estimate(counts, DELAYS, seen)
    assert found.sd[-1] > 1.5 * found.sd[DAYS // 2]


@pytest.mark.parametrize("growth", [-0.03, 0.0, 0.05])
def test_steady_growth_has_the_r_of_euler_and_lotka(growth):
    days = np.arange(DAYS)
    counts = np.round(3000 * np.exp(growth * (days - 50)))
    lags = np.arange(1, len(DELAYS.generation) + 1)
    r = 1 / (DELAYS.generation @ np.exp(-growth * lags))
    assert np.exp(estimate(counts, DELAYS).log_r[20:80]) == pytest.approx(np.full(60, r), rel=0.03)


def test_days_that_are_not_known_widen_the_band_and_break_nothing():
    counts, seen = epidemic(np.ones(DAYS), seed=5)
    holes = counts.copy()
    holes[40:60] = np.nan
    holes[45] = -7
    whole, broken = estimate(counts, DELAYS, seen), estimate(holes, DELAYS, seen)
    assert np.isfinite(broken.log_r).all()
    assert broken.sd[45] > whole.sd[45] * whole.walk / max(broken.walk, whole.walk)


def test_cori_is_its_formula():
    counts = np.random.default_rng(1).poisson(50, 40).astype(float)
    w = DELAYS.generation
    shape, scale = cori(counts, w, window=7)
    force = [sum(counts[t - s] * w[s - 1] for s in range(1, len(w) + 1) if t >= s) for t in range(40)]
    assert shape[30] == pytest.approx(1 + counts[24:31].sum())
    assert scale[30] == pytest.approx(1 / (0.2 + sum(force[24:31])))


def test_no_days_have_no_r_and_days_without_anybody_leave_it_all_but_unknown():
    assert len(estimate(np.empty(0), DELAYS).log_r) == 0
    quiet = estimate(np.zeros(60), DELAYS)
    assert np.isfinite(quiet.log_r).all()
    assert quiet.quantile(0.025)[-1] < 0.2
    assert quiet.quantile(0.975)[-1] > 2
