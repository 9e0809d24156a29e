"""Named places in a text: the longest name wins, spelling by letter case and spaces does not matter."""

from collections.abc import Sequence
from typing import NamedTuple


class Found(NamedTuple):
    """A name that stands in the text: which one, from where to where."""

    name: int
    start: int
    end: int


class Gazetteer:
    """Finds the names it was given; built once, asked often."""

    def __init__(self, names: Sequence[str], shortest: int = 2) -> None:
        self._names: dict[str, int] = {}
        for index, name in enumerate(names):
            if len(name.strip()) >= shortest:
                self._names.setdefault(_plain(name), index)
        self._lengths = sorted({len(name) for name in self._names}, reverse=True)

    def find(self, text: str) -> list[Found]:
        """The places in reading order; where names overlap, the longest is meant."""
        plain, taken, found = _plain(text), [False] * len(text), list[Found]()
        for length in self._lengths:
            for start in range(len(plain) - length + 1):
                name = self._names.get(plain[start : start + length])
                if name is not None and not any(taken[start : start + length]) and _whole(plain, start, length):
                    taken[start : start + length] = [True] * length
                    found.append(Found(name, start, start + length))
        return sorted(found, key=lambda each: each.start)


def _plain(text: str) -> str:
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text)


def _whole(text: str, start: int, length: int) -> bool:
    """A Latin name stands between spaces; a Chinese one needs none."""
    before, after = text[start - 1 : start], text[start + length : start + length + 1]
    inside = text[start], text[start + length - 1]
    cut = (_latin(before) and _latin(inside[0])) or (_latin(after) and _latin(inside[1]))
    return not cut


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
