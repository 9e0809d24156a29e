"""Texts as hashed runs of one to five characters, compiled; words of no language are needed."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

LONGEST = 5
BUCKETS = 1 << 17


def hashed(texts: list[str]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The buckets of all texts one after another, and where each text's begin."""
    plain = [f" {text.lower().strip()} "[:400] for text in texts]
    letters = np.frombuffer("".join(plain).encode("utf-32-le", "replace"), dtype=np.uint32)
    ends = np.cumsum([0, *map(len, plain)]).astype(np.int64)
    return _grams(letters, ends)


@njit(cache=True, nogil=True)
def _grams(
    letters: NDArray[np.uint32], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:  # pragma: no cover - compiled
    found, told_in = np.empty(len(letters) * LONGEST, np.int32), np.full(BUCKETS, -1, np.int64)
    starts = np.zeros(len(ends), np.int64)
    count = 0
    for text in range(len(ends) - 1):
        for first in range(ends[text], ends[text + 1]):
            code = np.uint64(14695981039346656037)
            for at in range(first, min(first + LONGEST, ends[text + 1])):
                code = (code ^ np.uint64(letters[at])) * np.uint64(1099511628211)
                bucket = np.int32((code ^ (code >> np.uint64(29))) % np.uint64(BUCKETS))
                if told_in[bucket] != text:  # what is said again and again says no more
                    told_in[bucket] = text
                    found[count] = bucket
                    count += 1
        starts[text + 1] = count
    return found[:count], starts
