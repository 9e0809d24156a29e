"""What the models know of a place in a week: level, recent moves, the other places' moves, the season."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.panel import YEAR, Panel, season_week

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

LAGS = 5
SEASON = 26  # weeks over which highs, lows and sums look back


@dataclass(frozen=True)
class Features:
    """One layer per name: weeks down, places across, features last."""

    names: tuple[str, ...]
    values: Floats

    def of(self, *names: str) -> Floats:
        """The layers of these names."""
        return self.values[..., [self.names.index(name) for name in names]]


def features_of(panel: Panel) -> Features:
    """All features of every week and place, from that week and earlier ones only."""
    small = panel.small
    layers = _own(small) | _common(panel) | _season(panel)
    return Features(tuple(layers), np.stack([_spread(layer, small) for layer in layers.values()], axis=-1))


def _own(small: Floats) -> dict[str, Floats]:
    slopes = {f"slope{n}": slope(small, n) for n in (3, 4, 6)}
    back = {f"back{j}": small - lagged(small, j) for j in range(1, LAGS + 1)}
    high, low = running(small, np.maximum), running(small, np.minimum)
    return {
        "level": small,
        **back,
        **slopes,
        "bend": small - 2 * lagged(small, 2) + lagged(small, 4),
        "below_high": small - high,
        "above_low": small - low,
        "since_high": since(small, high),
        "burden": rolling_sum(np.maximum(small, 0) ** 4, SEASON),
        "noise": roughness(small),
    }


def _common(panel: Panel) -> dict[str, Floats]:
    small, mean = panel.small, panel.mean[:, None]
    whole = mean if panel.total is None else small[:, [panel.total]]
    rising = (small > lagged(small, 1)).mean(axis=1, keepdims=True)
    return {
        "all_level": mean,
        "all_move": mean - lagged(mean, 1),
        "all_move2": lagged(mean, 1) - lagged(mean, 2),
        "all_slope": slope(mean, 3),
        "whole_move": whole - lagged(whole, 1),
        "whole_slope": slope(whole, 3),
        "rising": rising,
        "apart": slope(small, 3) - slope(mean, 3),
    }


def _season(panel: Panel) -> dict[str, Floats]:
    week = season_week(panel)[:, None]
    turn = 2 * np.pi * week / YEAR
    return {"week": week, "sin": np.sin(turn), "cos": np.cos(turn)}


def lagged(small: Floats, weeks: int) -> Floats:
    """The values some weeks earlier; the first value stands for what came before."""
    return np.concatenate([np.repeat(small[:1], min(weeks, len(small)), axis=0), small[:-weeks]])[: len(small)]


def slope(small: Floats, weeks: int) -> Floats:
    """Least-squares slope over the last weeks."""
    steps = np.arange(weeks) - (weeks - 1) / 2
    return (
        sum(
            (-step * lagged(small, i) if i else -step * small for i, step in enumerate(steps)),
            start=np.zeros_like(small),
        )
        / (steps**2).sum()
    )


def running(small: Floats, extreme: np.ufunc) -> Floats:
    """The extreme over the last half year."""
    out = small.copy()
    for back in range(1, SEASON):
        out = extreme(out, lagged(small, back))
    return out


def since(small: Floats, high: Floats) -> Floats:
    """Weeks since the half year's high."""
    age = np.zeros_like(small)
    for t in range(1, len(small)):
        age[t] = np.where(small[t] >= high[t], 0, np.minimum(age[t - 1] + 1, SEASON))
    return age


def rolling_sum(values: Floats, weeks: int) -> Floats:
    """Sum over the last weeks."""
    whole = np.cumsum(values, axis=0)
    return whole - np.concatenate([np.zeros_like(whole[:weeks]), whole[:-weeks]])[: len(whole)]


def roughness(small: Floats) -> Floats:
    """How much a place jumps from week to week beside its trend, over all its weeks so far."""
    jump = np.abs(small - 2 * lagged(small, 1) + lagged(small, 2))
    jump[:2] = 0
    count = np.arange(1, len(small) + 1)[:, None]
    return (np.cumsum(np.minimum(jump, 0.3), axis=0) + 0.6) / (count + 8)


def _spread(layer: Floats, small: Floats) -> Floats:
    return np.broadcast_to(layer, small.shape)
