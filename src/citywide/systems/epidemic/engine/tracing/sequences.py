"""How far cases' sequences lie apart: differences at the sites that both have read."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LETTERS = "ACGTU"  # everything else is a site that was not read


def differences(sequences: Sequence[str | None]) -> NDArray[np.float64] | None:
    """Differences between every two; NaN where one has none or they differ in length; None where no two compare."""
    apart = np.full((len(sequences), len(sequences)), np.nan)
    by_length: dict[int, list[int]] = {}
    for case, sequence in enumerate(sequences):
        by_length.setdefault(len(sequence or ""), []).append(case)
    for length, cases in by_length.items():
        if length and len(cases) > 1:
            apart[np.ix_(cases, cases)] = _differences([sequences[case] or "" for case in cases])
    np.fill_diagonal(apart, np.nan)
    return apart if np.isfinite(apart).any() else None


def _differences(sequences: Sequence[str]) -> NDArray[np.float64]:
    letters = np.array([np.frombuffer(one.upper().replace("U", "T").encode("ascii"), np.uint8) for one in sequences])
    read = np.isin(letters, np.frombuffer(LETTERS.encode(), np.uint8))
    varied = (read & (letters != letters[0])).any(axis=0) | ~read[0]  # most sites are alike in all
    letters, read = letters[:, varied], read[:, varied]
    return np.array([((letters != one) & read & known).sum(axis=1) for one, known in zip(letters, read, strict=True)])
