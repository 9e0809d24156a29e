"""Named arrays as bytes, to be kept in the database, and back."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Named arrays as the bytes of one file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # pyright: ignore[reportArgumentType] - names to arrays
    return file.getvalue()


def from_bytes(state: bytes) -> dict[str, NDArray[Any]]:
    """The arrays again."""
    with np.load(io.BytesIO(state)) as found:
        return {name: found[name] for name in found.files}
