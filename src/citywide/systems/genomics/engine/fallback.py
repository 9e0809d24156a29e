"""The kernel's work without the compiled part: numba for the scan, numpy for the few exact binary fits.

Slower, and equal to the compiled kernel to rounding; the tests hold both to the same answers.
"""

from importlib import import_module
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from citywide.systems.genomics.engine import kernel
from citywide.systems.genomics.engine.binary import Block, Choice, copies_in, to_fit
from citywide.systems.genomics.engine.binary_lanes import BinaryLanes
from citywide.systems.genomics.engine.design import Floats
from citywide.systems.genomics.engine.genotypes import Genotypes
from citywide.systems.genomics.engine.kernel import (
    COLLINEAR,
    FINE,
    NO_CALLS,
    ONE_GENOTYPE,
    TOO_FEW,
    Fits,
    Lanes,
)
from citywide.systems.genomics.engine.output import FIRTH, NOTES, SCORE, TESTS, WALD, Rows

SEPARATED, NOT_CONVERGED = 6, 7
PLINK2_HALTS = 1e-4
special: Any = import_module("scipy.special")


def linear(raw: NDArray[np.uint8], lanes: Lanes) -> Fits:
    """Least squares of every trait of the group on each variant of a raw block."""
    fits = kernel.empty_fits(len(raw), lanes.design.traits.shape[1])
    fits.beta.fill(np.nan)
    fits.error.fill(np.nan)
    who = np.flatnonzero(lanes.design.members)
    df = np.full(fits.beta.shape, np.nan)
    numbers = (fits.counts, fits.status, fits.beta, fits.error, df)
    fit_block(np.ascontiguousarray(raw), who, lanes.rows, lanes.design.basis.shape[1], *numbers)
    fits.minus_log10_p[:] = minus_log10_p_t(fits.beta / fits.error, df)
    fits.beta[:] *= lanes.design.norms[:, None]
    fits.error[:] *= lanes.design.norms[:, None]
    return fits


@numba.njit(cache=True)
def fit_block(  # noqa: PLR0913, PLR0917, C901, PLR0912, PLR0915 - compiled, one loop
    raw: NDArray[np.uint8],
    who: NDArray[np.int64],
    rows: Floats,
    k: int,
    counts: NDArray[np.int32],
    status: NDArray[np.uint8],
    beta: Floats,
    error: Floats,
    df: Floats,
) -> None:  # pragma: no cover
    """Sums over people called and not called, then the same algebra as linear.c."""
    traits = beta.shape[0]
    width = 1 + k + traits
    for v in range(len(raw)):
        dots, gone = np.zeros(width), np.zeros((width, width))
        hets, twos, absent = 0, 0, 0
        for i in who:
            code = (raw[v, i >> 2] >> (2 * (i & 3))) & 3
            if code == 3:
                continue
            if code == 1:
                absent += 1
                for a in range(width):
                    for b in range(a + 1):
                        gone[a, b] += rows[i, a] * rows[i, b]
                continue
            copies = 1.0 if code == 2 else 2.0
            hets += code == 2
            twos += code == 0
            for a in range(width):
                dots[a] += copies * rows[i, a]
        calls = len(who) - absent
        counts[v, 0], counts[v, 1], counts[v, 2] = calls, hets, twos
        ones, squares = float(hets + 2 * twos), float(hets + 4 * twos)
        spread = squares - ones * ones / calls if calls else 0.0
        state = FINE if calls else NO_CALLS
        if calls and calls * squares - ones * ones <= 0:
            state = ONE_GENOTYPE
        mean = ones / calls if calls else 0.0
        factor, along, rank = np.zeros((k, k)), np.zeros(k), 0
        for a in range(k):
            along[a] = dots[a + 1] + mean * gone[a + 1, 0]
            for b in range(a + 1):
                cell = (1.0 if a == b else 0.0) - gone[a + 1, b + 1] - gone[a + 1, 0] * gone[b + 1, 0] / max(calls, 1)
                for c in range(b):
                    cell -= factor[a, c] * factor[b, c]
                if a == b:
                    factor[a, a] = np.sqrt(cell) if cell > 1e-9 else 0.0
                    rank += cell > 1e-9
                else:
                    factor[a, b] = cell / factor[b, b] if factor[b, b] > 0 else 0.0
        left = spread
        for a in range(k):
            for b in range(a):
                along[a] -= factor[a, b] * along[b]
            along[a] = along[a] / factor[a, a] if factor[a, a] > 0 else 0.0
            left -= along[a] ** 2
        if state == FINE and calls - rank - 2 < 1:
            state = TOO_FEW
        elif state == FINE and left < 1e-10 * spread:
            state = COLLINEAR
        for t in range(traits):
            status[t, v] = state
            if state != FINE:
                continue
            lane = 1 + k + t
            shared = dots[lane] + mean * gone[lane, 0]
            rest = 1.0 - gone[lane, lane] - gone[lane, 0] ** 2 / calls
            part = np.zeros(k)
            for a in range(k):
                part[a] = -gone[lane, a + 1] - gone[a + 1, 0] * gone[lane, 0] / calls
                for b in range(a):
                    part[a] -= factor[a, b] * part[b]
                part[a] = part[a] / factor[a, a] if factor[a, a] > 0 else 0.0
                shared -= along[a] * part[a]
                rest -= part[a] ** 2
            if rest < 1e-12:
                status[t, v] = 5
                continue
            df[t, v] = calls - rank - 2
            beta[t, v] = shared / left
            error[t, v] = np.sqrt(max(rest - shared * shared / left, 1e-15 * rest) / (df[t, v] * left))


def minus_log10_p_t(t: Floats, df: Floats) -> Floats:
    """Two-sided p-values of Student's t as -log10; Hill's transformation from 1,000 degrees of freedom on."""
    a = df - 0.5
    z2 = a * np.log1p(t * t / df)
    up = (((-0.4 * z2 - 3.3) * z2 - 24) * z2 - 85.5) / (0.8 * z2 * z2 + 100 + 48 * a * a)
    hill = minus_log10_p_z(np.sqrt(z2) * (1 + (up + z2 + 3) / (48 * a * a)))
    with np.errstate(divide="ignore"):
        exact = -np.log10(2 * special.stdtr(np.minimum(df, 1000), -np.abs(t)))
    return np.where((df < 1000) & np.isfinite(exact), exact, hill)


def minus_log10_p_z(z: Floats) -> Floats:
    """Two-sided normal p-values as -log10."""
    return -(special.log_ndtr(-np.abs(z)) + np.log(2)) / np.log(10)


def null_model(columns: Floats, ill: Floats, offset: Floats, members: int) -> Floats:
    """The linear predictor of the model without genotypes."""
    at, _, _ = newton(columns[:, :members], ill[:members], offset[:members], firth=False)
    return offset + at @ columns


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
    states = [calls == 0, alike, calls < lanes.terms + 2, left < 1e-8 * whole]
    status = np.select(states, [NO_CALLS, ONE_GENOTYPE, TOO_FEW, COLLINEAR], FINE).astype(np.uint8)
    safe = np.where(status == FINE, left, np.nan)
    beta, error = (filled @ (lanes.ill - lanes.risk)[:n]) / safe, 1 / np.sqrt(safe)
    frequency = total / np.maximum(2 * calls, 1)
    test = np.full(len(calls), SCORE, np.uint8)
    return Rows(calls, frequency, beta, error, minus_log10_p_z(beta / error), test, status)


def _fitted(copies: Floats, lanes: BinaryLanes, rows: Rows, v: int) -> None:
    here = copies >= 0
    ill, g = lanes.ill[: lanes.members][here], copies[here]
    columns = np.vstack([lanes.columns[:, : lanes.members][:, here], g])
    apart = g[ill > 0].max() <= g[ill == 0].min() or g[ill == 0].max() <= g[ill > 0].min()
    state, test, start = SEPARATED, WALD, lanes.start[: lanes.members][here]
    at, information = np.zeros(1), np.ones((1, 1))
    if not apart and lanes.firth != "always":
        at, information, state = newton(columns, ill, start, firth=False, most=30, halt=lanes.halt)
    if state != FINE and lanes.firth != "off":
        at, information, state = newton(columns, ill, start, firth=True, most=30)
        test = FIRTH
    error = float(np.sqrt(np.linalg.inv(information)[-1, -1]))
    rows.test[v], rows.status[v] = test, state
    rows.beta[v], rows.error[v] = (at[-1], error) if state == FINE else (np.nan, np.nan)
    rows.minus_log10_p[v] = minus_log10_p_z(rows.beta[v : v + 1] / error)[0]


def newton(
    columns: Floats, ill: Floats, offset: Floats, firth: bool, most: float = np.inf, halt: Floats | None = None
) -> tuple[Floats, Floats, int]:
    """Coefficients, information and status of a logistic or Firth fit, as logistic.c does it."""
    at, information = np.zeros(len(columns)), np.eye(len(columns))
    before, pace = np.inf, 1.0
    for _ in range(200 if firth else 25):
        risk = expit(offset + at @ columns)
        weight = risk * (1 - risk)
        information = (columns * weight) @ columns.T
        rest = ill - risk
        if firth:
            rest += (0.5 - risk) * weight * (columns * np.linalg.solve(information, columns)).sum(axis=0)
        step = np.linalg.solve(information, columns @ rest)
        decrement = float(step @ information @ step)
        if firth and decrement > before:
            pace = pace / 2 if pace > 0.3 else pace
        elif decrement < before / 4:
            pace = pace * 1.2 if pace < 0.8 else 1.0
        before = decrement
        at = at + step * min(pace, most / 6 / max(abs(float(step[-1])), 1e-300))
        if not decrement < 1e12 or (not firth and abs(at[-1]) > most):
            break
        if _halts(step, halt) if halt is not None else decrement < (1e-18 if firth else 1e-16):
            return at, information, FINE
    return at, information, NOT_CONVERGED


def _halts(step: Floats, halt: Floats) -> bool:
    """Whether plink2 would halt after this step."""
    return float(np.abs(halt @ step[:-1]).sum() + abs(step[-1])) < PLINK2_HALTS


def table(bed: Genotypes, rows: NDArray[np.int64], found: Rows) -> tuple[bytes, bytes]:
    """The lines that rows.c writes."""
    good: list[str] = []
    rest: list[str] = []
    for i, row in enumerate(rows.tolist()):
        words = [bytes(bed.variants.rows.column(field, row, 1)[0]).decode() for field in range(6)]
        place = [_chromosome(words[0]), words[3], words[4], words[5]]
        if np.isfinite(found.minus_log10_p[i]):
            good.append("\t".join([*place, *_numbers(words[1], found, i)]) + "\n")
        else:
            rest.append("\t".join([*place, words[1], str(int(found.calls[i])), NOTES[int(found.status[i])]]) + "\n")
    return "".join(good).encode(), "".join(rest).encode()


def _numbers(name: str, found: Rows, i: int) -> list[str]:
    numbers = [f"{value:.10g}" for value in (found.beta[i], found.error[i], found.frequency[i])]
    strength = float(found.minus_log10_p[i])
    whole = int(np.floor(-strength))
    p = f"{10**-strength:.10g}" if whole > -300 else f"{10 ** (-strength - whole):.9f}e{whole}"
    plain = "".join(c if c.isalnum() and c.isascii() else "_" for c in name)
    rsid = name if name.startswith("rs") and name[2:].isdigit() else "#NA"
    tail: list[str] = [
        str(int(found.calls[i])),
        f"{strength:.10g}",
        TESTS[int(found.test[i])],
        NOTES[int(found.status[i])],
    ]
    return [*numbers, p, plain, rsid, *tail]


def _chromosome(code: str) -> str:
    bare = code[3:] if code.lower().startswith("chr") and len(code) > 3 else code
    return {"X": "23", "Y": "24", "XY": "23", "M": "25", "MT": "25", "25": "23", "26": "25"}.get(bare, bare)
