"""The second level of step one: the blocks' predictions stacked by ridge, with each chromosome left out in
turn.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from citywide.systems.genomics.engine.files.predictions import ELSEWHERE
from citywide.systems.genomics.engine.kernel.counting import Doubles, Floats
from citywide.systems.genomics.engine.step1.blocks import HERITABILITIES
from citywide.systems.genomics.engine.step1.cohort import FOLDS

STEPS = 25
ROWS = 64


@dataclass(frozen=True)
class Stacked:
    """A trait's predictions without each chromosome (rows as `chromosomes`), and how well each strength
    did.
    """

    chromosomes: tuple[str, ...]
    predictions: Doubles
    strength: float
    errors: Doubles


def stack_linear(predictors: Floats, trait: Doubles, folds: NDArray[np.int8], chromosome: NDArray[np.str_]) -> Stacked:
    """Stack for a quantitative trait; `predictors` is [columns, people], `chromosome` that of each column."""
    x = _scaled(predictors)
    gram, product = _folded(x, trait, folds)
    strengths = len(x) * (1 - HERITABILITIES) / HERITABILITIES
    errors = np.array([_error(x, trait, folds, gram, product, strength) for strength in strengths])
    best = float(strengths[np.nanargmin(errors)])
    names = _left_out(chromosome)
    rows = [_without(x, folds, gram, product, best, chromosome != name) for name in names]
    return Stacked(names, np.array(rows), best, errors)


def stack_logistic(
    predictors: Floats,
    trait: NDArray[np.float64],
    offset: Doubles,
    folds: NDArray[np.int8],
    chromosome: NDArray[np.str_],
) -> Stacked:
    """Stack for a trait of 0 and 1 on the logit scale, the covariates' part as the offset."""
    x = _scaled(predictors)
    strengths = len(x) * (1 - HERITABILITIES) / HERITABILITIES * 4
    found = [_logistic_folds(x, trait, offset, folds, strength) for strength in strengths]
    errors = np.array([_deviance(trait, offset + part) for part in found])
    best = float(strengths[np.nanargmin(errors)])
    names = _left_out(chromosome)
    rows = [_logistic_folds(x[chromosome != name], trait, offset, folds, best) for name in names]
    return Stacked(names, np.array(rows), best, errors)


def _scaled(predictors: Floats) -> Floats:
    """Columns of mean 0 and length √n, in their own place; one without variation becomes 0."""
    for first in range(0, len(predictors), ROWS):
        x = predictors[first : first + ROWS]
        x -= x.mean(axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
        spread = x.std(axis=1, keepdims=True, dtype=np.float64)
        x[:] = np.divide(x, spread, out=np.zeros_like(x), where=spread > 1e-12)
    return predictors


def _folded(x: Floats, trait: Doubles, folds: NDArray[np.int8]) -> tuple[Doubles, Doubles]:
    """X X' and X y over everybody less each fold."""
    parts = [(x[:, folds == fold], trait[folds == fold]) for fold in range(FOLDS)]
    grams = np.array([part @ part.T for part, _ in parts], np.float64)
    products = np.array([part @ y for part, y in parts], np.float64)
    return grams.sum(axis=0) - grams, products.sum(axis=0) - products


def _error(
    x: Floats, trait: Doubles, folds: NDArray[np.int8], gram: Doubles, product: Doubles, strength: float
) -> float:
    everything = np.ones(len(x), np.bool_)
    return float(((trait - _without(x, folds, gram, product, strength, everything)) ** 2).mean())


def _without(
    x: Floats,
    folds: NDArray[np.int8],
    gram: Doubles,
    product: Doubles,
    strength: float,
    kept: NDArray[np.bool_],
) -> Doubles:
    """Predictions from the kept columns, every fold by weights from the others."""
    out = np.zeros(x.shape[1])
    some = np.flatnonzero(kept)
    if not len(some):
        return out
    for fold in range(FOLDS):
        system = gram[fold][np.ix_(some, some)] + strength * np.eye(len(some))
        weights = np.zeros(len(x), np.float32)
        weights[some] = cho_solve(cho_factor(system), product[fold][some])
        out[folds == fold] = weights @ x[:, folds == fold]
    return out


def _logistic_folds(x: Floats, trait: Doubles, offset: Doubles, folds: NDArray[np.int8], strength: float) -> Doubles:
    out = np.zeros(x.shape[1])
    if not len(x):
        return out
    for fold in range(FOLDS):
        others = folds != fold
        weights = _newton(x[:, others], trait[others], offset[others], strength)
        out[~others] = weights.astype(np.float32) @ x[:, ~others]
    return out


def _newton(x: Floats, trait: Doubles, offset: Doubles, strength: float) -> Doubles:
    """Weights of the ridge logistic fit; steps that do not lower the loss are halved."""
    weights = np.zeros(len(x))
    loss = _penalised(x, trait, offset, weights, strength)
    for _ in range(STEPS):
        p = expit(offset + weights.astype(np.float32) @ x)
        slope = x @ (trait - p) - strength * weights
        curve = (x * (p * (1 - p)).astype(np.float32)) @ x.T + strength * np.eye(len(x))
        step = cho_solve(cho_factor(curve), slope)
        while (new := _penalised(x, trait, offset, weights + step, strength)) > loss + 1e-9 * abs(loss):
            step /= 2
        weights, gained, loss = weights + step, loss - new, new
        if gained < 1e-6 * len(trait):
            break
    return weights


def _penalised(x: Floats, trait: Doubles, offset: Doubles, weights: Doubles, strength: float) -> float:
    line = offset + weights.astype(np.float32) @ x
    return _deviance(trait, line) * len(trait) / 2 + strength * float(weights @ weights) / 2


def _deviance(trait: Doubles, line: Doubles) -> float:
    return float(2 * (np.logaddexp(0, line) - trait * line).mean())


def _left_out(chromosome: NDArray[np.str_]) -> tuple[str, ...]:
    """The chromosomes in order, and X as REGENIE writes it: nothing of step one stands there to be left out."""
    return tuple(dict.fromkeys([*chromosome.tolist(), ELSEWHERE]))
