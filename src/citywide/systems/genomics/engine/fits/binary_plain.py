"""A binary trait without the compiled kernel; the tests hold both to the same answers."""

import numpy as np

from citywide.systems.genomics.engine.fits.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.fits.design import Floats
from citywide.systems.genomics.engine.fits.rows import FIRTH, SCORE, WALD, Rows
from citywide.systems.genomics.engine.fits.screen import Block, Choice, copies_in, to_fit
from citywide.systems.genomics.engine.kernel.plain_logistic import likeliest, newton
from citywide.systems.genomics.engine.kernel.states import (
    COLLINEAR,
    FINE,
    NO_CALLS,
    NO_VARIANCE,
    ONE_GENOTYPE,
    SEPARATED,
    TOO_FEW,
)
from citywide.systems.genomics.engine.kernel.tails import minus_log10_p_z


def scan_binary(block: Block, lanes: BinaryLanes, choice: Choice) -> Rows:
    """Score every variant, then fit those that deserve it."""
    copies = copies_in(block, len(lanes.design.members))[:, lanes.who]
    rows = _scored(copies, lanes)
    total = rows.frequency * 2 * rows.calls
    for v in to_fit(rows, np.minimum(total, 2 * rows.calls - total), lanes, choice):
        _fitted(copies[v], lanes, rows, int(v))
    return rows


def _scored(copies: Floats, lanes: BinaryLanes) -> Rows:
    n, known = lanes.members, copies >= 0
    calls = known.sum(axis=1).astype(np.int32)
    total = np.where(known, copies, 0).sum(axis=1)
    filled = np.where(known, copies, (total / np.maximum(calls, 1))[:, None])
    whole = (filled**2) @ lanes.weight[:n]
    left = whole - ((filled @ (lanes.white * lanes.weight)[:, :n].T) ** 2).sum(axis=1)
    alike = np.where(known, copies, 9).min(axis=1) == np.where(known, copies, -1).max(axis=1)
    states = [calls == 0, alike, calls < lanes.terms + 2, ~(left > 1e-8 * whole)]
    status = np.select(states, [NO_CALLS, ONE_GENOTYPE, TOO_FEW, COLLINEAR], FINE).astype(np.uint8)
    safe = np.where(status == FINE, left, np.nan)
    beta, error = (filled @ (lanes.ill - lanes.risk)[:n]) / safe, 1 / np.sqrt(safe)
    frequency = total / np.maximum(2 * calls, 1)
    test = np.full(len(calls), SCORE, np.uint8)
    return Rows(calls, frequency, beta, error, minus_log10_p_z(beta / error), test, status)


def _fitted(copies: Floats, lanes: BinaryLanes, rows: Rows, v: int) -> None:
    here = copies >= 0
    ill, g = lanes.ill[: lanes.members][here], copies[here]
    if np.ptp(ill) == 0:
        rows.test[v], rows.status[v] = WALD, NO_VARIANCE
        rows.beta[v] = rows.error[v] = rows.minus_log10_p[v] = np.nan
        return
    columns = np.vstack([lanes.columns[:, : lanes.members][:, here], g])
    apart = g[ill > 0].max() <= g[ill == 0].min() or g[ill == 0].max() <= g[ill > 0].min()
    state, test, start = SEPARATED, WALD, lanes.start[: lanes.members][here]
    at, information = np.zeros(1), np.ones((1, 1))
    if not apart and lanes.firth != "always":
        at, information, state = likeliest(columns, ill, start, most=30, halt=lanes.halt)
    if state != FINE and lanes.firth != "off":
        at, information, state = newton(columns, ill, start, firth=True, most=30)
        test = FIRTH
    error = float(np.sqrt(np.linalg.inv(information)[-1, -1])) if state == FINE else np.nan
    rows.test[v], rows.status[v] = test, state
    rows.beta[v], rows.error[v] = (at[-1] if state == FINE else np.nan, error)
    rows.minus_log10_p[v] = minus_log10_p_z(rows.beta[v : v + 1] / error)[0]
