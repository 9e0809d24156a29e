"""Calls in two bits: four people share a byte, the first in its lowest bits."""

import numpy as np
from numpy.typing import NDArray

COPIES = np.array([2, -1, 1, 0], np.int8)
DECODED = COPIES[(np.arange(256)[:, None] >> np.array([0, 2, 4, 6])) & 3]


def decode(raw: NDArray[np.uint8], people: int) -> NDArray[np.int8]:
    """Copies of allele 1 from raw rows, -1 where missing."""
    return DECODED[raw].reshape(len(raw), raw.shape[1] * 4)[:, :people]


def encode(copies: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Raw rows from copies of allele 1 (0, 1, 2; anything else is missing)."""
    codes = np.full((len(copies), -(-copies.shape[1] // 4) * 4), 0, np.uint8)
    values = np.asarray(copies)
    codes[:, : values.shape[1]] = np.select([values == 2, values == 1, values == 0], [0, 2, 3], 1)
    quads = codes.reshape(len(codes), -1, 4)
    return (quads << np.array([0, 2, 4, 6], np.uint8)).sum(axis=2, dtype=np.uint8)
