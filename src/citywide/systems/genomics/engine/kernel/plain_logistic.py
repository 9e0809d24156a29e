"""Logistic and Firth fits in numpy, for machines without the compiled kernel, and to test that against."""

import numpy as np
from scipy.special import expit

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.kernel.states import FINE, NOT_CONVERGED

PLINK2_HALTS = 1e-4


def null_model(columns: Doubles, ill: Doubles, offset: Doubles, members: int) -> tuple[Doubles, int]:
    """The linear predictor of the model without genotypes, and whether its fit came to rest."""
    at, _, state = likeliest(columns[:, :members], ill[:members], offset[:members])
    return offset + at @ columns, state


def likeliest(
    columns: Doubles, ill: Doubles, offset: Doubles, most: float = np.inf, halt: Doubles | None = None
) -> tuple[Doubles, Doubles, int]:
    """Maximum likelihood, by full steps from the null model or else by short ones."""
    found = newton(columns, ill, offset, firth=False, most=most, halt=halt)
    return found if found[2] == FINE else newton(columns, ill, offset, firth=False, most=most, halt=halt, brief=True)


def newton(
    columns: Doubles,
    ill: Doubles,
    offset: Doubles,
    firth: bool,
    most: float = np.inf,
    halt: Doubles | None = None,
    brief: bool = False,
) -> tuple[Doubles, Doubles, int]:
    """Coefficients, information and status of a logistic or Firth fit, as logistic.c does it; `brief` steps are short
    while the height seems far.
    """
    at, information = np.zeros(len(columns)), np.eye(len(columns))
    before, pace = np.inf, 1.0
    for _ in range(200 if firth else 25):
        information, slope = _slope(columns, ill, expit(offset + at @ columns), firth)
        step = _solved(information, slope)
        decrement = float(step @ information @ step)
        if not np.isfinite(decrement):  # nobody's risk is in doubt any more
            break
        pace = _brief(decrement) if brief else _pace(pace, decrement, before, firth)
        before = decrement
        at = at + step * min(pace, most / 6 / max(abs(float(step[-1])), 1e-300))
        if not decrement < 1e12 or (not firth and abs(at[-1]) > most):
            break
        if _halts(step, halt) if halt is not None else decrement < (1e-18 if firth else 1e-16):
            return at, information, FINE
    return at, information, NOT_CONVERGED


def _slope(columns: Doubles, ill: Doubles, risk: Doubles, firth: bool) -> tuple[Doubles, Doubles]:
    """The information at these risks, and which way the likelihood (or Firth's) rises."""
    weight = risk * (1 - risk)
    information = (columns * weight) @ columns.T
    rest = ill - risk
    if firth:
        rest += (0.5 - risk) * weight * (columns * _solved(information, columns)).sum(axis=0)
    return information, columns @ rest


def _brief(decrement: float) -> float:
    """A step that is shorter the farther away the height seems."""
    return 1 / (1 + decrement**0.5)


def _pace(pace: float, decrement: float, before: float, firth: bool) -> float:
    """The share of a full step: half after one of Firth's went too far, more again while they get nearer fast."""
    if firth and decrement > before:
        return pace / 2 if pace > 0.3 else pace
    if decrement < before / 4:
        return pace * 1.2 if pace < 0.8 else 1.0
    return pace


def _solved(information: Doubles, right: Doubles) -> Doubles:
    """What the information makes of it; NaN where there is none left."""
    try:
        return np.asarray(np.linalg.solve(information, right), np.float64)
    except np.linalg.LinAlgError:
        return np.full(right.shape, np.nan)


def _halts(step: Doubles, halt: Doubles) -> bool:
    """Whether plink2 would halt after this step."""
    return float(np.abs(halt @ step[:-1]).sum() + abs(step[-1])) < PLINK2_HALTS
