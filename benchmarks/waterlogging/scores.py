"""What forecasts of water depth are worth: skill, coverage, warnings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.waterlogging.storm_files import Storms
from benchmarks.waterlogging.walk import Forecasts
from citywide.systems.waterlogging.engine.memory import LEADS
from citywide.systems.waterlogging.engine.refit import LINE_CM

Array = NDArray[Any]


def skill(storms: Storms, forecasts: Array, name: str) -> dict[str, float]:
    """NSE and CSI at both leads."""
    found = {}
    for lead, steps in enumerate(LEADS):
        reached, said = storms.depth[:, :, steps:], forecasts[:, :, :-steps, lead]
        known = np.isfinite(reached) & np.isfinite(said)
        mean = np.where(known, reached, 0.0).sum(axis=(1, 2), keepdims=True)
        mean = mean / np.maximum(known.sum(axis=(1, 2), keepdims=True), 1)
        error, within = (said - reached)[known], (reached - mean)[known]
        spread = float(np.var(reached[known])) if known.any() else 0.0
        over, told = reached[known] >= LINE_CM, said[known] >= LINE_CM
        found[f"{name}nse{steps * 5}"] = 1 - _share((error**2).sum(), max(spread, 1e-9) * len(error))
        found[f"{name}nse{steps * 5}_within"] = 1 - _share((error**2).sum(), max((within**2).sum(), 1e-9 * len(error)))
        found[f"{name}csi{steps * 5}"] = _share((over & told).sum(), (over | told).sum())
    return found


def coverage(storms: Storms, forecasts: Forecasts) -> dict[str, float]:
    """How often the 90 % interval held, at all steps and where there was anything to be wrong about."""
    held, at_stake = [], []
    for lead, steps in enumerate(LEADS):
        reached = storms.depth[:, :, steps:]
        low, high = forecasts.low[:, :, :-steps, lead], forecasts.high[:, :, :-steps, lead]
        known = np.isfinite(reached)
        held.append(((reached >= low - 0.1) & (reached <= high + 0.1))[known])
        at_stake.append((np.maximum(reached, high) > 0.5)[known])
    by_lead = {
        f"coverage90_at_stake_{steps * 5}": _share(h[a].sum(), a.sum())
        for steps, h, a in zip(LEADS, held, at_stake, strict=True)
    }
    every, counted = np.concatenate(held), np.concatenate(at_stake)
    at_all = {"coverage90": _share(every.sum(), len(every))}
    return at_all | {"coverage90_at_stake": _share(every[counted].sum(), counted.sum())} | by_lead


def warnings(storms: Storms, forecasts: Forecasts) -> dict[str, float]:
    """Floods warned before their crossing, the lead, and the share of warnings that were false."""
    leads, false = [], []
    for depth, warned in zip(storms.depth.reshape(-1, storms.depth.shape[2]), _flat(forecasts.warned), strict=True):
        if np.isfinite(depth).any():
            leads += [_lead(warned, at) for at in _crossings(depth)]
            false += _false(depth, warned)
    early = [lead for lead in leads if lead > 0]
    return {
        "floods": len(leads),
        "warned": _share(len(early), len(leads)),
        "warning_lead_min": float(np.median(early)) if early else 0.0,
        "false_warnings": sum(false) / max(len(false), 1),
    }


def _share(some: float, every: float) -> float:
    """A share of what there was; where there was nothing it is not known."""
    return some / every if every else float("nan")


def _flat(warned: Array) -> Array:
    return warned.reshape(-1, warned.shape[2])


def _crossings(depth: Array) -> list[int]:
    """Where water first stands over the line after half an hour below it."""
    over = depth >= LINE_CM
    return [at for at in range(1, len(over)) if over[at] and not over[max(0, at - 6) : at].any()]


def _lead(warned: Array, at: int) -> float:
    """Minutes from the first warning within the hour before to the crossing, 0 for none."""
    before = np.flatnonzero(warned[max(0, at - 12) : at])
    return 5.0 * (at - max(0, at - 12) - before[0]) if len(before) else 0.0


def _false(depth: Array, warned: Array) -> list[bool]:
    """For each warning that began below the line, whether the line was not reached within the hour."""
    quiet = depth < LINE_CM
    starts = [at for at in range(1, len(depth)) if warned[at] and quiet[at] and quiet[at - 1] and not warned[at - 1]]
    return [not (depth[at : at + 13] >= LINE_CM).any() for at in starts]
