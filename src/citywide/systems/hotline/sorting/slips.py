"""Slips of the hand: letters that are lost, doubled, typed too early or wrong."""

import numpy as np


def mistyped(rng: np.random.Generator, text: str, share: float) -> str:
    """The text with about this share of its letters mistyped."""
    letters = list(text)
    for at in np.flatnonzero(rng.random(len(letters)) < share):
        letters[at] = ("", letters[at] * 2, letters[at - 1], "x")[rng.integers(4)]
    return "".join(letters)
