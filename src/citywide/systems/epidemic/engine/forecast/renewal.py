"""A mechanistic member: cases renew from recent cases; the reproduction number fades as the wave burns."""

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.features import lagged, rolling_sum
from citywide.systems.epidemic.engine.scores import LEVELS

Floats = NDArray[np.floating]

GENERATION: Floats = np.array([0.7, 0.22, 0.08])  # share of transmission after one, two and three weeks
PATHS = 400
IMPORT = 0.01  # infections from outside, as a share of the usual height
RARE = 0.01  # share of reproduction numbers at either end that no path reaches beyond
WAVE = 20  # weeks of cases that count as the present wave


def renewed(small: Floats, seen: NDArray[np.bool_], steps: int, offset: float, seed: int) -> Floats:
    """Quantiles on the working scale for steps 1 … n of every place: places, steps, levels."""
    cases = np.maximum(small**4 - offset, 0)
    log_r = np.log(reproduction(cases))
    causes = _causes(log_r, cases)
    law, misses, reach = _law(causes, log_r, cases, seen)
    return (_paths(causes[-1], law, misses, reach, cases, steps, seed) + offset) ** 0.25


def reproduction(cases: Floats) -> Floats:
    """Cases over the cases that could have caused them."""
    return (cases + IMPORT) / (_pressure(cases) + IMPORT)


def _pressure(cases: Floats) -> Floats:
    parts = [share * lagged(cases, j + 1) for j, share in enumerate(GENERATION)]
    return np.sum(parts, axis=0)


def _causes(log_r: Floats, cases: Floats) -> Floats:
    everywhere = np.broadcast_to(log_r.mean(axis=1, keepdims=True), log_r.shape)
    burden = rolling_sum(cases, WAVE)
    return np.stack([np.ones_like(log_r), log_r, lagged(log_r, 1), everywhere, burden], axis=-1)


def _law(causes: Floats, log_r: Floats, cases: Floats, seen: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """How the next log reproduction number follows, what that missed, and how far such numbers reach."""
    usable = seen[:-1] & seen[1:]
    usable[:4] = False
    weight = np.sqrt(cases[:-1][usable] + IMPORT)
    X, y = causes[:-1][usable], log_r[1:][usable]
    gram = (X * weight[:, None]).T @ X + np.eye(X.shape[1])
    law = np.linalg.solve(gram, (X * weight[:, None]).T @ y)
    reach = np.quantile(log_r[1:][usable], (RARE, 1 - RARE)) if usable.any() else np.zeros(2)
    return law, _misses(log_r, causes, law, usable), reach


def _misses(log_r: Floats, causes: Floats, law: Floats, usable: NDArray[np.bool_]) -> Floats:
    """The last year's misses of every place, with the others' where a place has too few."""
    miss = np.where(usable, log_r[1:] - causes[:-1] @ law, np.nan)[-52:]
    pool = miss[~np.isnan(miss)]
    spare = np.resize(pool if pool.size else np.array([-0.2, 0.2]), miss.shape)
    own = np.where(np.isnan(miss), spare, miss)
    return own - np.clip(own.mean(axis=0), -0.05, 0.05)


def _paths(cause: Floats, law: Floats, misses: Floats, reach: Floats, cases: Floats, steps: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    places = np.arange(cases.shape[1], dtype=np.intp)[:, None]
    recent = [np.repeat(cases[-j][:, None], PATHS, axis=1) for j in (1, 2, 3) if j <= len(cases)]
    now, before = (np.repeat(cause[:, [column]], PATHS, axis=1) for column in (1, 2))
    burden = np.repeat(cause[:, [4]], PATHS, axis=1)
    quantiles: list[Floats] = []
    for _ in range(steps):
        drawn = misses[rng.integers(0, len(misses), (len(places), PATHS)), places]
        log_r = law[0] + law[1] * now + law[2] * before + law[3] * now.mean(axis=0) + law[4] * burden + drawn
        log_r = np.clip(log_r, *reach)
        pressure = sum(share * past for share, past in zip(GENERATION, recent, strict=False))
        new = np.maximum((pressure + IMPORT) * np.exp(log_r) - IMPORT, 0)
        recent, now, before, burden = [new, *recent[:2]], log_r, now, burden + new
        quantiles.append(np.quantile(new, LEVELS, axis=1).T)
    return np.stack(quantiles, axis=1)
