"""What a scan fits besides the genotype: people, orthonormal covariates and unit traits, group by group.

Traits whose values are missing in the same people form one group and share everything but their own column.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DEPENDENT_BELOW = 1e-7


@dataclass(frozen=True)
class Design:
    """One group of people: `basis` is orthonormal and orthogonal to 1, `traits` are unit residuals."""

    members: NDArray[np.bool_]
    basis: Floats
    traits: Floats
    norms: Floats
    names: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many people are in the group."""
        return int(self.members.sum())


@dataclass(frozen=True)
class Refusal:
    """A trait that cannot be scanned, and why."""

    name: str
    why: str


def designs(
    names: Sequence[str], traits: Floats, covariates: Floats, labels: Sequence[str], keep: NDArray[np.bool_]
) -> tuple[list[Design], list[Refusal]]:
    """Group the traits by their people; a trait that cannot be fitted is named with its reason."""
    there = keep & np.isfinite(covariates).all(axis=1)
    made: list[Design] = []
    refused: list[Refusal] = []
    for chosen, members in patterns(np.isfinite(traits) & there[:, None]):
        made_here, refused_here = _group([names[i] for i in chosen], traits[:, chosen], covariates, labels, members)
        made.extend(made_here)
        refused.extend(refused_here)
    return made, refused


def patterns(present: NDArray[np.bool_]) -> list[tuple[list[int], NDArray[np.bool_]]]:
    """Columns that are true in the same rows, together, in order of first appearance."""
    groups: dict[bytes, list[int]] = {}
    for column in range(present.shape[1]):
        groups.setdefault(np.packbits(present[:, column]).tobytes(), []).append(column)
    return [(columns, present[:, columns[0]]) for columns in groups.values()]


def _group(
    names: list[str], traits: Floats, covariates: Floats, labels: Sequence[str], members: NDArray[np.bool_]
) -> tuple[list[Design], list[Refusal]]:
    count = int(members.sum())
    basis, dropped = orthonormal(covariates[members], labels) if count else (np.zeros((0, 0)), ())
    if count < basis.shape[1] + 3:
        why = f"{count} people with every value are too few for {basis.shape[1]} covariates"
        return [], [Refusal(name, why) for name in names]
    residuals, norms = residual(traits[members], basis)
    spread = np.sqrt(((traits[members] - traits[members].mean(axis=0)) ** 2).sum(axis=0))
    fits = norms > 1e-9 * np.maximum(spread, np.abs(traits[members]).max(axis=0))
    refused = [Refusal(name, _flat(size)) for name, fit, size in zip(names, fits, spread, strict=True) if not fit]
    if not fits.any():
        return [], refused
    unit = residuals[:, fits] / norms[fits]
    kept = tuple(name for name, fit in zip(names, fits, strict=True) if fit)
    return [Design(members, basis, unit, norms[fits], kept, dropped)], refused


def _flat(spread: float) -> str:
    return "the same value for everybody" if spread == 0 else "nothing is left of it after the covariates"


def orthonormal(covariates: Floats, labels: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Orthonormal columns of the centred covariates; constant and dependent ones are dropped and named."""
    kept: list[Floats] = []
    dropped: list[str] = []
    for column, label in zip(covariates.T, labels, strict=True):
        centred = column - column.mean()
        size = length(centred)
        left = _without(centred / size, kept) if size > 1e-12 * length(column) else None
        if left is None:
            dropped.append(label)
        else:
            kept.append(left)
    return np.array(kept).reshape(len(kept), len(covariates)).T, tuple(dropped)


def residual(traits: Floats, basis: Floats) -> tuple[Floats, Floats]:
    """Traits without their mean and covariates, and the lengths of what is left."""
    left = traits - traits.mean(axis=0)
    for _ in range(2):  # twice is enough for orthogonality to rounding
        for column in basis.T:
            left -= column[:, None] * (column[:, None] * left).sum(axis=0)
        left -= left.mean(axis=0)
    return left, np.sqrt((left**2).sum(axis=0))


def length(column: Floats) -> float:
    """Euclidean length."""
    return float(np.sqrt((column * column).sum()))


def _without(column: Floats, kept: list[Floats]) -> Floats | None:
    for _ in range(2):
        for other in kept:
            column = column - other * float((other * column).sum())  # no BLAS: its threads cost more than they do
        column = column - column.mean()
    size = length(column)
    return column / size if size > DEPENDENT_BELOW else None
