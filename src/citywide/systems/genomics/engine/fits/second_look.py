"""A second look in plain float64 at the few variants whose fast fit is in doubt.

The kernel holds columns as digits and takes covariates out by their products. That is exact enough for every variant
that has a size of its own, and not where almost nothing of it is left beside the covariates (is it a covariate again?),
where few people are called, or where a covariate does not vary among those who are (a batch without a call).
"""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine.fits.apart import independent, without
from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.fits.climb import climb
from citywide.systems.genomics.engine.fits.design import Design, Floats
from citywide.systems.genomics.engine.fits.linear import Fits
from citywide.systems.genomics.engine.fits.rows import FIRTH, WALD, Rows
from citywide.systems.genomics.engine.fits.screen import Block, copies_in
from citywide.systems.genomics.engine.kernel import tails
from citywide.systems.genomics.engine.kernel.calls import decode
from citywide.systems.genomics.engine.kernel.states import (
    COLLINEAR,
    FINE,
    NO_VARIANCE,
    NOT_CONVERGED,
    SEPARATED,
    TOO_FEW,
)
from citywide.systems.genomics.engine.kernel.tails import minus_log10_p_t

LITTLE_LEFT, FEW_CALLED = 1e-5, 0.05
NOTHING_LEFT, FARTHEST, ENDLESS = 1e-10, 30.0, 1e3
HILLY = 5  # so many calls a coefficient, and Firth's likelihood has one height


def linear(raw: NDArray[np.uint8], design: Design, fits: Fits) -> None:
    """Fit the doubtful variants of a block again; their results are put in place."""
    for v in np.flatnonzero(_doubtful(design, fits)).tolist():
        copies = decode(raw[v : v + 1], len(design.members))[0, design.members]
        _fit(copies, design, fits, v)


def binary(block: Block, lanes: BinaryLanes, rows: Rows) -> None:
    """Fit again what did not converge, among independent covariates; say what is a covariate again."""
    for v in np.flatnonzero(_stuck(lanes, rows)).tolist():
        copies = copies_in(block[v : v + 1], len(lanes.design.members))[0, lanes.who]
        _fit_binary(copies, lanes, rows, v)


def _doubtful(design: Design, fits: Fits) -> NDArray[np.bool_]:
    """Of unit traits b² + df se² is at most 1 over what is left of the variant beside the covariates."""
    calls, hets, twos = fits.counts.T.astype(np.float64)
    terms = design.basis.shape[1] + 1
    whole = hets + 4 * twos - (hets + 2 * twos) ** 2 / np.maximum(calls, 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = (fits.beta**2 + np.maximum(calls - terms - 1, 1) * fits.error**2) / design.norms[:, None] ** 2
        little = (1 / unit).min(axis=0, initial=np.inf, where=np.isfinite(unit)) < LITTLE_LEFT * whole
    few = calls <= max(4 * (terms + 1), FEW_CALLED * design.count)
    state = fits.status.min(axis=0)
    judged = np.isin(fits.status, (FINE, COLLINEAR, TOO_FEW)).any(axis=0)
    return (judged & few & (calls > 0)) | ((state == FINE) & little)


def _fit(copies: NDArray[np.int8], design: Design, fits: Fits, v: int) -> None:
    called = copies >= 0
    basis = independent(design.basis[called])
    g = without(basis, copies[called].astype(np.float64))
    df, left = len(g) - basis.shape[1] - 1, float(g @ g)
    whole = float(((copies[called] - copies[called].mean()) ** 2).sum())
    for result in (fits.beta, fits.error, fits.minus_log10_p):
        result[:, v] = np.nan
    fits.status[:, v] = TOO_FEW if df < 1 else COLLINEAR if left < NOTHING_LEFT * whole else FINE
    if fits.status[0, v] != FINE:
        return
    traits = without(basis, design.traits[called])
    beta = g @ traits / left
    rest, size = ((traits - g[:, None] * beta) ** 2).sum(axis=0), (traits**2).sum(axis=0)
    varies = size > 1e-12
    error = np.sqrt(np.maximum(rest, 1e-15 * size) / (df * left))
    strength = _strength(np.divide(beta, error, out=np.zeros_like(beta), where=varies), df)
    fits.status[~varies, v] = NO_VARIANCE
    for result, found in ((fits.beta, beta * design.norms), (fits.error, error * design.norms)):
        result[varies, v] = found[varies]
    fits.minus_log10_p[varies, v] = strength[varies]


def _strength(t: Floats, df: int) -> Floats:
    return minus_log10_p_t(t, np.full(len(t), float(df)))


def _stuck(lanes: BinaryLanes, rows: Rows) -> NDArray[np.bool_]:
    """Fits that did not converge, or whose error says that next to nothing is left of the variant."""
    whole = 2 * rows.frequency * (1 - rows.frequency) * rows.calls * lanes.weight.max(initial=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        little = rows.error**-2 < LITTLE_LEFT * whole
    few = (rows.status == TOO_FEW) & (rows.calls > 2)  # too few for all covariates; some may not vary here
    heights = (rows.test == FIRTH) & (rows.calls < HILLY * (lanes.terms + 1))  # among so few there may be lower ones
    certain = rows.status == COLLINEAR  # or the null model is so sure of its carriers that the score is nothing
    return few | heights | certain | (rows.status == NOT_CONVERGED) | ((rows.status == FINE) & little)


def _fit_binary(copies: Floats, lanes: BinaryLanes, rows: Rows, v: int) -> None:
    called, n = copies >= 0, lanes.members
    basis, g = independent(lanes.columns[1:, :n].T[called]), copies[called]
    left, whole = without(basis, g), float(((g - g.mean()) ** 2).sum())
    rows.beta[v] = rows.error[v] = rows.minus_log10_p[v] = np.nan
    rows.status[v] = TOO_FEW if len(g) - basis.shape[1] < 2 else FINE
    if rows.status[v] == FINE and left @ left < NOTHING_LEFT * whole:
        rows.status[v] = COLLINEAR
    if np.ptp(lanes.ill[:n][called]) == 0:
        rows.status[v] = NO_VARIANCE
    if rows.status[v] == FINE:
        columns = np.column_stack([basis, g])
        beta, error, rows.test[v], rows.status[v] = _settled(
            columns, lanes.ill[:n][called], lanes.offset[:n][called], lanes.firth
        )
        if rows.status[v] == FINE:
            rows.beta[v], rows.error[v] = beta, error
            rows.minus_log10_p[v] = tails.minus_log10_p(np.array([beta / error]))[0]


def _endless(columns: Floats, ill: Floats, error: float) -> bool:
    """Whether the last coefficient is known a thousand times worse than that of a variant without effect.

    The classes are apart then: the likelihood has no height, and a climb comes to rest where it is flat.
    """
    left = without(columns[:, :-1], columns[:, -1])
    share = float(ill.mean())
    return error**2 * float(left @ left) * share * (1 - share) > ENDLESS**2


def _settled(columns: Floats, ill: Floats, offset: Floats, firth: str) -> tuple[float, float, int, int]:
    """Maximum likelihood, or Firth's where that is asked for or the former runs away."""
    if firth != "always":
        at, error, fine = climb(columns, ill, offset, penalised=False)
        if fine and abs(at) < FARTHEST and not _endless(columns, ill, error):
            return at, error, WALD, FINE
    if firth == "off":
        return np.nan, np.nan, WALD, SEPARATED
    at, error, fine = climb(columns, ill, offset, penalised=True)
    return at, error, FIRTH, FINE if fine else NOT_CONVERGED
