"""What covariates leave of other columns, to rounding."""

import numpy as np

from citywide.systems.genomics.engine.fits.design import Floats

DEPENDENT = 1e-7


def independent(columns: Floats) -> Floats:
    """An orthonormal basis of 1 and the columns, without what depends on the others."""
    centred = columns - columns.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    varies = size > 1e-9 * np.sqrt((columns**2).sum(axis=0))
    left, strength, _ = np.linalg.svd(centred[:, varies] / size[varies], full_matrices=False)
    one = np.full((len(columns), 1), len(columns) ** -0.5)
    return np.hstack([one, left[:, strength > DEPENDENT]], dtype=np.float64)


def without(basis: Floats, columns: Floats) -> Floats:
    """What the basis leaves of the columns; twice is enough for orthogonality to rounding."""
    for _ in range(2):
        columns = columns - basis @ (basis.T @ columns)
    return columns
