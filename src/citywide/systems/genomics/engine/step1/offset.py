"""The covariates' part of a binary trait, on the logit scale."""

import numpy as np
from scipy.special import expit

from citywide.systems.genomics.engine.kernel.counting import Doubles


def covariate_logit(trait: Doubles, basis: Doubles, everybody: Doubles) -> Doubles:
    """Fit trait ~ covariates by Newton's method (a weak ridge keeps separation finite) and predict for
    everybody.
    """
    weights = np.zeros(basis.shape[1])
    ridge = 1e-4 * np.eye(basis.shape[1])
    for _ in range(50):
        p = expit(basis @ weights)
        slope = basis.T @ (trait - p) - 1e-4 * weights
        step = np.linalg.solve((basis * (p * (1 - p))[:, None]).T @ basis + ridge, slope)
        weights += step * min(1.0, 50.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return everybody @ weights
