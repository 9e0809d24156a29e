"""Predictions that leave no family likeness in what they leave over.

Taking the out-of-fold prediction off a trait takes too much of the relatives' likeness off: the residuals
of siblings then run against each other, and a scan of them is deflated (its chi-squares fall below their
null by e'Φe / e'e, where Φ is twice the kinship). What is too much is put back along Φ - I, so much that
e'Φe = e'e; the scan of the residual is then calibrated whatever the families, and needs no factor of its
own.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import coo_array, csr_array

from citywide.systems.genomics.engine.kernel.counting import Doubles
from citywide.systems.genomics.engine.qc.kinship import Relatives


def likeness(relatives: Relatives, mask: NDArray[np.bool_]) -> csr_array:
    """Φ - I among the people of the regression: twice the kinship of each pair of relatives."""
    place = np.cumsum(mask) - 1
    inside = mask[relatives.a] & mask[relatives.b]
    a, b = place[relatives.a[inside]], place[relatives.b[inside]]
    twice = 2 * relatives.kinship[inside]
    count = int(mask.sum())
    both = (np.concatenate([a, b]), np.concatenate([b, a]))
    return csr_array(coo_array((np.concatenate([twice, twice]), both), shape=(count, count)))


def excess(residual: Doubles, like: csr_array) -> float:
    """e'Φe / e'e - 1: by how much the null chi-squares of a scan of this residual are inflated (or
    deflated).
    """
    return float(residual @ (like @ residual) / (residual @ residual))


def calibrated(trait: Doubles, prediction: Doubles, like: csr_array) -> Doubles:
    """The prediction, changed so that the residual has no excess; unchanged where no such change is found."""
    rest = trait - prediction
    along = like @ rest
    if not along.any():
        return prediction

    def left(amount: float) -> float:
        return excess(rest + amount * along, like)

    low, high = -1.0, 1.0
    if left(low) * left(high) > 0:
        return prediction
    return prediction - float(np.asarray(brentq(left, low, high))) * along
