"""A batch of readings as columns, and what became of each of its items."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct, field
from numpy.typing import NDArray

from citywide.hub.vocabulary.things import Reading
from citywide.kit.clock import microseconds

ACCEPTED, LATE, DUPLICATE, REFUSED = range(4)
MOST_REFUSALS_SHOWN = 1000


class UnreadableError(ValueError):
    """The batch as a whole cannot be read: says what was wrong and what is accepted."""


class Refusal(Struct, frozen=True):
    """One item that was not taken: where it stood, what was wrong, what is accepted."""

    where: str
    what: str
    accepted: str


class Heads(Struct, frozen=True, eq=False, weakref=True):
    """Whom a batch speaks of; the same object each time a gateway repeats the same list."""

    entity: Sequence[str]
    quantity: Sequence[str]


class Columns(Struct, frozen=True):
    """Readings column by column; times are microseconds since 1970, a missing time is the hub's own.

    What could not be read of an item stands in `faults`, under its place.
    """

    entity: Sequence[str]
    quantity: Sequence[str]
    time: NDArray[np.int64]
    value: NDArray[np.float64]
    unit: Sequence[str | None] | None = None
    heads: Heads | None = None
    faults: Mapping[int, Refusal] = {}

    def __len__(self) -> int:
        return len(self.entity)


class Rows(Struct, frozen=True):
    """Readings whose series are known: what the committer works on."""

    series: NDArray[np.int64]
    time: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return self.series.size

    def pick(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Rows":
        """Some of the rows, by mask or by index."""
        return Rows(self.series[which], self.time[which], self.value[which])


class Receipt(Struct):
    """What became of a batch; given out only after commit."""

    accepted: int = 0
    late: int = 0
    duplicate: int = 0
    refused: list[Refusal] = field(default_factory=list[Refusal])
    refused_count: int = 0

    def refuse(self, refusal: Refusal) -> None:
        """Count an item that was not taken; the first thousand are named."""
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSALS_SHOWN:
            self.refused.append(refusal)

    def count(self, outcomes: NDArray[np.int8]) -> None:
        """Add what the committer said of each row."""
        tally = np.bincount(outcomes, minlength=3)
        self.accepted += int(tally[ACCEPTED])
        self.late += int(tally[LATE])
        self.duplicate += int(tally[DUPLICATE])


def join(parts: Sequence[Rows]) -> Rows:
    """Several batches as one."""
    if len(parts) == 1:
        return parts[0]
    return Rows(
        np.concatenate([part.series for part in parts]),
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.value for part in parts]),
    )


def columns_of(readings: Sequence[Reading]) -> Columns:
    """Readings as columns."""
    return Columns(
        [reading.entity for reading in readings],
        [reading.quantity for reading in readings],
        np.array([microseconds(reading.time) for reading in readings], np.int64),
        np.array([reading.value for reading in readings], float),
        [reading.unit for reading in readings],
    )
