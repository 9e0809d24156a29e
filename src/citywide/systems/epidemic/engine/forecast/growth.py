"""Growth: a panel told in logarithms, so that a wave that has doubled may double again."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.forecast.features import Features, features_of
from citywide.systems.epidemic.engine.forecast.panel import Panel
from citywide.systems.epidemic.engine.forecast.scale import OFFSET

Floats = NDArray[np.floating]

FLOOR = 0.05  # share of the usual height below which counts no longer grow by factors


def logged(small: Floats) -> Floats:
    """The working scale as logarithms of counts."""
    return np.log(np.maximum(np.maximum(small, 0) ** 4 - OFFSET, 0) + FLOOR)


def unlogged(logs: Floats) -> Floats:
    """Logarithms of counts back to the working scale."""
    return (np.maximum(np.exp(np.minimum(logs, 20)) - FLOOR, 0) + OFFSET) ** 0.25


def growing(panel: Panel) -> Panel:
    """The panel with logarithms in place of the working scale."""
    return replace(panel, small=logged(panel.small))


def growth_features(panel: Panel, plain: Features) -> Features:
    """The features of the logarithms, with a place's height and burden on the working scale."""
    of_logs = features_of(growing(panel))
    both = np.concatenate([of_logs.values, plain.of("level", "burden")], axis=-1)
    return Features((*of_logs.names, "height", "whole_burden"), both)
