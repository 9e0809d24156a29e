"""One binary trait laid out for the kernel, with its null model fitted."""

import ctypes
from functools import cached_property

import numpy as np

from citywide.systems.genomics.engine.fits.design import Design, Floats
from citywide.systems.genomics.engine.kernel import compiled
from citywide.systems.genomics.engine.kernel.compiled import pointer
from citywide.systems.genomics.engine.kernel.digits import column_digits, layout, pack, pair_mask
from citywide.systems.genomics.engine.kernel.states import FINE
from citywide.systems.genomics.engine.kernel.structs import BinaryStruct, GroupStruct, SaddleStruct

STRIP = 256
FIRTH = ("off", "fallback", "always")


class BinaryLanes:
    """One binary trait laid out for the kernel, with its null model fitted."""

    def __init__(
        self, design: Design, ill: Floats, offset: Floats, firth: str, like_plink2: Floats | None = None
    ) -> None:
        """`ill` (0 or 1) and `offset` are of the design's members, in file order.

        So are the kept covariates as they were given, `like_plink2`: with them fits begin and halt where plink2's do.
        """
        self.design, self.firth = design, firth
        self.name = design.names[0]
        self.members = design.count
        self.padded = max(-(-self.members // STRIP) * STRIP, STRIP)
        self.bytes = (len(design.members) + 3) // 4
        self.who = np.flatnonzero(design.members).astype(np.int32)
        intercept = np.full((self.members, 1), 1 / np.sqrt(self.members))
        self.columns = self._pad(np.hstack([intercept, design.basis]))
        self.ill, self.offset = self._pad(ill[:, None])[0], self._pad(offset[:, None])[0]
        self.halt = None if like_plink2 is None else plink2_terms(like_plink2, self.columns[:, : self.members].T)
        self.eta = self._null()
        self.start = self.eta if self.halt is None else self.offset
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
        return self._binary(self.start)

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
        return SaddleStruct.of((self.members, self.padded, self.terms), arrays)

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
        parts, count, unit = column_digits(spread, 2)
        self.weights = pack(parts[-1])
        digits, first, counts, units = layout([*parts, ill], [*count.tolist(), 1], [*unit.tolist(), 1.0])
        mask = pair_mask(self.design.members)
        arrays = (mask, mask, digits, first, counts, units, units)
        sizes = (len(spread), self.bytes, self.members, self.terms, 3, 8, digits.shape[2])
        return GroupStruct.of(sizes, arrays)

    def _pad(self, columns: Floats) -> Floats:
        out = np.zeros((columns.shape[1], self.padded))
        out[:, : self.members] = columns.T
        return out

    def _binary(self, null: Floats) -> BinaryStruct:
        arrays = (self.who, self.columns, self.ill, np.ascontiguousarray(null))
        shape = (self.members, self.padded, self.terms, FIRTH.index(self.firth))
        return BinaryStruct.of(shape, arrays if self.halt is None else (*arrays, self.halt))

    def _null(self) -> Floats:
        eta, state = self._fitted()
        if state != FINE:
            raise NullModelError(f"{self.name}: the model without genotypes does not converge")
        return eta

    def _fitted(self) -> tuple[Floats, int]:
        library = compiled.library()
        if library is None:
            from citywide.systems.genomics.engine.kernel.plain_logistic import (  # noqa: PLC0415 - rarely needed
                null_model,
            )

            return null_model(self.columns, self.ill, self.offset, self.members)
        eta, coefficients, struct = np.zeros(self.padded), np.zeros(self.terms), self._binary(self.offset)
        return eta, int(library.null_model(ctypes.byref(struct), pointer(eta), pointer(coefficients)))


def plink2_terms(covariates: Floats, columns: Floats) -> Floats:
    """Coefficients of 1 and the standardised covariates, as plink2 has them, by those of our columns."""
    standard = (covariates - covariates.mean(axis=0)) / covariates.std(axis=0, ddof=1)
    found = np.linalg.lstsq(np.hstack([np.ones((len(standard), 1)), standard]), columns)[0]
    return np.ascontiguousarray(found, np.float64)


class NullModelError(ValueError):
    """Covariates alone tell cases from controls, so nothing about genotypes can be said."""
