"""A long record without named storms, parted where it was long dry."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HOUR, DRY, LONG = 12, 72, 288
"""Steps of five minutes: what belongs to a storm before its rain, after how many dry ones it is over, and a day."""


def spells(rain: Array) -> Iterator[slice]:
    """The storms of a record: an hour before the first rain until it has been dry for six; one of a day is whole."""
    if len(rain) <= LONG:
        yield slice(0, len(rain))
        return
    wet = np.flatnonzero(rain > 0)
    for storm in np.split(wet, np.flatnonzero(np.diff(wet) > DRY) + 1):
        if len(storm):
            yield slice(max(0, int(storm[0]) - HOUR), int(storm[-1]) + DRY + 1)
