"""Binary traits: a null model once, the score test for every variant, exact fits where it matters.

A variant whose score test is not worth a second look keeps its score result (SCORE); the others are
fitted with their own missing calls left out: by maximum likelihood (WALD), or with Firth's penalty (FIRTH)
where the classes are separated or the fit does not converge. With `--spa` rare variants in unbalanced traits
get saddle-point p-values (SPA).
"""

import ctypes
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from citywide.systems.genomics.engine import kernel
from citywide.systems.genomics.engine.design import Design, Floats
from citywide.systems.genomics.engine.kernel import FINE, GroupStruct, pointer, size
from citywide.systems.genomics.engine.output import SCORE, SPA, Rows

STRIP = 256
FIRTH = ("off", "fallback", "always")
RARE_COUNT = 50
RARE_SCREEN = 0.12
SPA_COUNT = 20
SPA_FROM = -np.log10(0.05)


class BinaryStruct(ctypes.Structure):
    """The C side's `Binary`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("members", "padded", "bytes")),
        *((name, ctypes.c_int32) for name in ("terms", "firth")),
        *((name, ctypes.c_void_p) for name in ("who", "columns", "ill", "null")),
    )


class SaddleStruct(ctypes.Structure):
    """The C side's `Saddle`."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("members", "padded", "bytes")),
        ("terms", ctypes.c_int32),
        *((name, ctypes.c_void_p) for name in ("who", "white", "risk", "ill")),
    )


@dataclass(frozen=True)
class Choice:
    """How far a scan goes beyond the score test."""

    firth: str = "fallback"
    screen: float = 0.06
    spa: bool = False


class BinaryLanes:
    """One binary trait laid out for the kernel, with its null model fitted."""

    def __init__(self, design: Design, ill: Floats, offset: Floats, firth: str) -> None:
        """`ill` (0 or 1) and `offset` are of the design's members, in file order."""
        self.design, self.firth = design, firth
        self.name = design.names[0]
        self.members = design.count
        self.padded = max(-(-self.members // STRIP) * STRIP, STRIP)
        self.bytes = (len(design.members) + 3) // 4
        self.who = np.flatnonzero(design.members).astype(np.int32)
        intercept = np.full((self.members, 1), 1 / np.sqrt(self.members))
        self.columns = self._pad(np.hstack([intercept, design.basis]))
        self.ill, self.offset = self._pad(ill[:, None])[0], self._pad(offset[:, None])[0]
        self.eta = self._null()
        self.risk = 1 / (1 + np.exp(-self.eta))
        self.weight = np.where(np.arange(self.padded) < self.members, self.risk * (1 - self.risk), 0.0)

    @property
    def terms(self) -> int:
        """Intercept and covariates."""
        return self.columns.shape[0]

    @property
    def cases(self) -> int:
        """How many are ill."""
        return int(self.ill.sum())

    @cached_property
    def struct(self) -> BinaryStruct:
        """The C view for exact fits."""
        return self._binary(self.eta)

    @cached_property
    def white(self) -> Floats:
        """Covariates that are orthonormal in the null model's weights, [terms][padded]."""
        information = np.einsum("in,jn->ij", self.columns * self.weight, self.columns)
        white = np.linalg.solve(np.linalg.cholesky(np.asarray(information)), self.columns)
        return np.ascontiguousarray(white, np.float64)

    @cached_property
    def saddle(self) -> SaddleStruct:
        """The C view for saddle-point tails."""
        arrays = (self.who, self.white, self.risk, self.ill)
        sizes = (self.members, self.padded, self.bytes, self.terms)
        return SaddleStruct(*sizes, *(array.ctypes.data for array in arrays))

    @cached_property
    def score_group(self) -> GroupStruct:
        """Whitened weighted covariates, residual, weight and cases as digits for the score test."""
        inside = np.arange(self.padded) < self.members
        residual = np.where(inside, self.ill - self.risk, 0.0)
        columns = np.vstack([self.white * self.weight, residual, self.weight])[:, : self.members].T
        spread = np.zeros((len(self.design.members), columns.shape[1]))
        spread[self.who] = columns
        ill = np.zeros((len(spread), 1), np.int8)
        ill[self.who, 0] = self.ill[: self.members]
        parts, count, unit = kernel.column_digits(spread, 2)
        self.weights = kernel.pack(parts[-1])
        self._layout = kernel.layout([*parts, ill], [*count.tolist(), 1], [*unit.tolist(), 1.0])
        digits, first, counts, units = self._layout
        self._mask = kernel.pair_mask(self.design.members)
        arrays = (self._mask, self._mask, digits, first, counts, units, units)
        sizes = (len(spread), self.bytes, self.members, self.terms, 3, 8, digits.shape[2])
        return GroupStruct(*sizes, *(array.ctypes.data for array in arrays))

    def _pad(self, columns: Floats) -> Floats:
        out = np.zeros((columns.shape[1], self.padded))
        out[:, : self.members] = columns.T
        return out

    def _binary(self, null: Floats) -> BinaryStruct:
        self._null_eta = np.ascontiguousarray(null)
        arrays = (self.who, self.columns, self.ill, self._null_eta)
        shape = (self.members, self.padded, self.bytes, self.terms, FIRTH.index(self.firth))
        return BinaryStruct(*shape, *(array.ctypes.data for array in arrays))

    def _null(self) -> Floats:
        if kernel.library() is None:
            from citywide.systems.genomics.engine.fallback import null_model  # noqa: PLC0415 - rarely needed

            return null_model(self.columns, self.ill, self.offset, self.members)
        eta, coefficients = np.zeros(self.padded), np.zeros(self.terms)
        library, struct = kernel.library(), self._binary(self.offset)
        assert library is not None
        if library.null_model(ctypes.byref(struct), pointer(eta), pointer(coefficients)) != FINE:
            raise NullModelError(f"{self.name}: the model without genotypes does not converge")
        return eta


class NullModelError(ValueError):
    """Covariates alone tell cases from controls, so nothing about genotypes can be said."""


def scan_binary(raw: NDArray[np.uint8], lanes: BinaryLanes, choice: Choice) -> Rows:
    """Score every variant of a block, then fit those that deserve it."""
    if kernel.library() is None:
        from citywide.systems.genomics.engine.fallback import scan_binary as plain  # noqa: PLC0415 - rarely needed

        return plain(raw, lanes, choice)
    counts, statistic, variance, status = _score(raw, lanes)
    calls, hets, twos = counts.T
    copies = hets + 2 * twos
    rows = _score_rows(calls, copies / np.maximum(2 * calls, 1), statistic, variance, status)
    strength = rows.minus_log10_p.copy()
    again = to_fit(rows, np.minimum(copies, 2 * calls - copies), lanes, choice)
    _refit(raw, lanes, rows, again)
    if choice.spa:
        _saddle(raw, lanes, rows, again[(_rare(copies, calls, lanes) & (strength > SPA_FROM))[again]])
    return rows


def to_fit(rows: Rows, minor: NDArray[np.int32], lanes: BinaryLanes, choice: Choice) -> NDArray[np.int64]:
    """Which variants are fitted: those below the screen, a wider one where minor alleles are few."""
    smaller = min(lanes.cases, lanes.members - lanes.cases) / max(lanes.members, 1)
    rough = minor * smaller < RARE_COUNT
    limit = -np.log10(np.where(rough, max(choice.screen, RARE_SCREEN), max(choice.screen, 1e-300)))
    return np.flatnonzero((rows.status == FINE) & (rows.minus_log10_p > limit))


def _rare(copies: NDArray[np.int32], calls: NDArray[np.int32], lanes: BinaryLanes) -> NDArray[np.bool_]:
    smaller = min(lanes.cases, lanes.members - lanes.cases) / max(lanes.members, 1)
    return np.minimum(copies, 2 * calls - copies) * smaller < SPA_COUNT


def _score(raw: NDArray[np.uint8], lanes: BinaryLanes) -> tuple[NDArray[np.int32], Floats, Floats, NDArray[np.uint8]]:
    library, variants = kernel.library(), len(raw)
    assert library is not None
    counts, status = np.empty((variants, 3), np.int32), np.empty(variants, np.uint8)
    statistic, variance, cases = np.empty(variants), np.empty(variants), np.empty(variants)
    group = lanes.score_group
    out = (counts, statistic, variance, cases, status)
    if library.score(pointer(raw), size(variants), ctypes.byref(group), pointer(lanes.weights), *map(pointer, out)):
        raise MemoryError
    return counts, statistic, variance, status


def _score_rows(
    calls: NDArray[np.int32],
    frequency: Floats,
    statistic: Floats,
    variance: Floats,
    status: NDArray[np.uint8],
) -> Rows:
    fine = status == FINE
    safe = np.where(fine, variance, 1.0)
    beta = np.where(fine, statistic / safe, np.nan)
    error = np.where(fine, 1 / np.sqrt(safe), np.nan)
    strength = np.full(len(calls), np.nan)
    strength[fine] = kernel.minus_log10_p(beta[fine] / error[fine])
    test = np.full(len(calls), SCORE, np.uint8)
    return Rows(np.ascontiguousarray(calls), frequency, beta, error, strength, test, status.copy())


def _refit(raw: NDArray[np.uint8], lanes: BinaryLanes, rows: Rows, again: NDArray[np.int64]) -> None:
    """Replace the score results of `again` by exact fits."""
    library, count = kernel.library(), len(again)
    assert library is not None
    beta, error, strength = np.empty(count), np.empty(count), np.empty(count)
    test, status = np.empty(count, np.uint8), np.empty(count, np.uint8)
    out = (beta, error, strength, test, status)
    if library.fit_many(pointer(raw), pointer(again), size(count), ctypes.byref(lanes.struct), *map(pointer, out)):
        raise MemoryError
    rows.beta[again], rows.error[again], rows.minus_log10_p[again] = beta, error, strength
    rows.test[again], rows.status[again] = test, status


def _saddle(raw: NDArray[np.uint8], lanes: BinaryLanes, rows: Rows, rare: NDArray[np.int64]) -> None:
    """Give rare variants saddle-point p-values; beta is the score's, its error agrees with the p-value."""
    library, rare = kernel.library(), np.ascontiguousarray(rare)
    assert library is not None
    statistic, variance, strength = (np.empty(len(rare)) for _ in range(3))
    out = (statistic, variance, strength)
    if library.saddle_many(
        pointer(raw), pointer(rare), size(len(rare)), ctypes.byref(lanes.saddle), *map(pointer, out)
    ):
        raise MemoryError
    good = np.isfinite(strength) & (strength > 0)
    chosen, beta = rare[good], (statistic / variance)[good]
    rows.beta[chosen], rows.minus_log10_p[chosen] = beta, strength[good]
    rows.error[chosen] = np.abs(beta) / kernel.deviate(strength[good])
    rows.test[chosen], rows.status[chosen] = SPA, FINE
