"""Places near one another, so that a few cases more in each of them can be seen together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLUSTER_SIZES = (4, 10)
ALONE = 0.7  # prior weight of an outbreak that one place sees; the rest is shared by the clusters


@dataclass(frozen=True)
class Neighbourhoods:
    """For each cluster size, the places nearest to each place (itself first): [places, size]."""

    members: tuple[NDArray[np.intp], ...]

    @property
    def places(self) -> int:
        """How many places; none where it is not known where they are."""
        return len(self.members[0]) if self.members else 0

    def log_weights(self) -> NDArray[np.float64]:
        """The prior of each level: alone, then the clusters from small to large."""
        clusters = len(self.members)
        return np.log(np.array([ALONE, *[(1 - ALONE) / clusters] * clusters]) if clusters else np.ones(1))

    def levels(self, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """Values [places, …] as they are, and summed over each size of neighbourhood."""
        return [values, *(values[member].sum(axis=1) for member in self.members)]


def neighbourhoods(points: NDArray[np.float64], sizes: tuple[int, ...] = CLUSTER_SIZES) -> Neighbourhoods:
    """Nearest places on a plane: points [places, 2] in metres."""
    distance = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    order = np.argsort(distance, axis=1, kind="stable")
    return Neighbourhoods(tuple(order[:, :size] for size in sizes if size <= len(points)))


NO_NEIGHBOURS = Neighbourhoods(())
