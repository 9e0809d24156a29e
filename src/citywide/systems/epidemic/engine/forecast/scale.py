"""The scale on which all models work: fourth root of counts over what the place usually reaches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

OFFSET = 0.01  # keeps the root tame near zero
HIGH = 0.95  # the quantile of its history that stands for a place's usual height


@dataclass(frozen=True)
class Scale:
    """Each place's usual height."""

    height: Floats

    def shrink(self, values: Floats) -> Floats:
        """Counts to the working scale; places on the last axis."""
        return (np.maximum(values, 0) / self.height + OFFSET) ** 0.25

    def grow(self, small: Floats) -> Floats:
        """The working scale back to counts."""
        return np.maximum(np.maximum(small, 0) ** 4 - OFFSET, 0) * self.height


def scale_of(values: Floats) -> Scale:
    """Heights from the history; a place without history gets the others' median."""
    height = np.full(values.shape[1], np.nan)
    for place in range(values.shape[1]):
        told = values[:, place][~np.isnan(values[:, place])]
        if told.size:
            height[place] = max(np.quantile(told, HIGH), told.mean())
    usable = height[height > 0]
    return Scale(np.where(height > 0, height, np.median(usable) if usable.size else 1.0))
