"""Newton's steps to the height of a (penalised) logistic likelihood, in plain float64."""

import numpy as np

from citywide.systems.genomics.engine.fits.design import Floats

AT_REST, MOST_STEPS, LEAST_PACE = 1e-16, 1000, 1e-6


def climb(columns: Floats, ill: Floats, offset: Floats, penalised: bool) -> tuple[float, float, bool]:
    """Newton steps, shorter where they swing; the last coefficient, its error, whether it came to rest."""
    at, before = np.zeros(columns.shape[1]), np.inf
    value, slope, inverse = _height(columns, ill, offset, at, penalised)
    for _ in range(MOST_STEPS):
        step = inverse @ slope
        gain = float(slope @ step)
        if not np.isfinite(gain):
            break
        variance = float(inverse[-1, -1])
        if abs(gain) < AT_REST and variance > 0:
            return float(at[-1]), variance**0.5, True
        pace, before = (0.5 if gain > before / 2 else 1.0), gain
        there = _height(columns, ill, offset, at + pace * step, penalised)
        while there[0] < value - 1e-12 * abs(value) and pace > LEAST_PACE:
            pace /= 2
            there = _height(columns, ill, offset, at + pace * step, penalised)
        at = at + pace * step
        value, slope, inverse = there
    return np.nan, np.nan, False


def _height(columns: Floats, ill: Floats, offset: Floats, at: Floats, penalised: bool) -> tuple[float, Floats, Floats]:
    """The (penalised) log-likelihood, its slope, and the inverse of the information."""
    eta = offset + columns @ at
    risk = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
    weight = risk * (1 - risk)
    information = columns.T @ (columns * weight[:, None])
    sign, logarithm = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(logarithm):
        return -np.inf, np.full(len(at), np.nan), np.full((len(at), len(at)), np.nan)
    inverse = np.asarray(np.linalg.inv(information), np.float64)
    value = float((ill * eta - np.logaddexp(0, eta)).sum())
    rest = ill - risk
    if penalised:
        value += logarithm / 2
        rest = rest + (0.5 - risk) * weight * ((columns @ inverse) * columns).sum(axis=1)
    return value, columns.T @ rest, inverse
