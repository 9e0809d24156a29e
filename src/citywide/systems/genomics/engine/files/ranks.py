"""A trait by its ranks: the normal distribution's values in their place, whatever the trait's own shape."""

import numpy as np
from numpy.typing import NDArray

RINT, QUANTILES = 3 / 8, 1 / 2


def normal_scores(values: NDArray[np.float64], offset: float) -> NDArray[np.float64]:
    """Normal quantiles at (rank - offset) / (n + 1 - 2 offset), equal values sharing their mean rank; NaN stays.

    RINT (Blom's 3/8) is what REGENIE's --apply-rint uses, QUANTILES what plink2's --pheno-quantile-normalize does.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - loads slowly, and most scans need none of it

    known = np.isfinite(values)
    _, which, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    found = np.full(values.shape, np.nan)
    found[known] = ndtri((ranks[which] - offset) / (known.sum() + 1 - 2 * offset))
    return found
