"""The field's vocabulary: how residents of either language speak of each matter, before the city has heard them."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import compress
from pathlib import Path

import numpy as np

from citywide.systems.hotline.engine.sorter import Sorter
from citywide.systems.hotline.sorting.slips import mistyped

BETWEEN = {"zh": "", "en": " "}
LESSONS, MOST_TERMS = 100_000, 3
MOST_TIMES, PIECE = 8, (3, 16)
CALIBRATED_ON, KEPT_EACH, MISTYPED = 3000, 20, 0.1


@cache
def lexicon() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The terms of each matter in each language."""
    folder, found = Path(__file__).parent / "lexicon", dict[tuple[str, str], tuple[str, ...]]()
    for language in BETWEEN:
        for line in (folder / f"{language}.tsv").read_text(encoding="utf-8").splitlines():
            matter, terms = line.split("\t")
            found[matter, language] = tuple(terms.split(","))
    return found


def lessons(seed: int, count: int) -> tuple[list[str], list[str]]:
    """Made-up texts of one to three terms of one matter, and the matter of each."""
    rng, known = np.random.default_rng([seed, 3]), list(lexicon().items())
    which, sizes = rng.integers(0, len(known), count), rng.integers(1, MOST_TERMS + 1, count)
    picks = rng.random((count, MOST_TERMS))
    texts, truth = list[str](), list[str]()
    for at, size, pick in zip(which.tolist(), sizes.tolist(), picks.tolist(), strict=True):
        (matter, language), terms = known[at]
        texts.append(BETWEEN[language].join(terms[int(share * len(terms))] for share in pick[:size]))
        truth.append(matter)
    return texts, truth


def taught(sorter: Sorter, texts: list[str], truth: list[str], count: int = LESSONS) -> Sorter:
    """The sorter after it has learnt a history and the vocabulary, in one shuffled course.

    Half of the made-up texts stand beside a piece of somebody's real words, whatever those were about: so it learns
    to pass over what people say around a matter. A short history is told several times.
    """
    kept, heard = slice(None, None, KEPT_EACH), np.arange(len(texts)) % KEPT_EACH > 0
    said, meant = list(compress(texts, heard)), list(compress(truth, heard))
    more, theirs = lessons(1, count)
    again = max(1, min(MOST_TIMES, count // 2 // max(1, len(said))))
    sorter.train(said * again + _among(said, more), meant * again + theirs)
    sorter.calibrate(*_as_met(texts[kept], truth[kept]))
    return sorter


def _as_met(texts: list[str], truth: list[str]) -> tuple[list[str], list[str]]:
    """Half bare terms, half what people said, mistyped: to the one a sorter is too sure, to the other too humble."""
    rng, (terms, theirs) = np.random.default_rng(4), lessons(2, CALIBRATED_ON)
    again = CALIBRATED_ON // len(texts) + 1 if texts else 0
    said, meant = (texts * again)[:CALIBRATED_ON], (truth * again)[:CALIBRATED_ON]
    return terms + [mistyped(rng, text, MISTYPED) for text in said], theirs + meant


def _among(said: Sequence[str], lessons: list[str]) -> list[str]:
    """Half of the lessons, each with a piece of other words before or after it."""
    if not said:
        return lessons
    rng = np.random.default_rng(2)
    whose, sides = rng.integers(0, len(said), len(lessons)).tolist(), rng.integers(0, 4, len(lessons)).tolist()
    begins, lengths = rng.random(len(lessons)).tolist(), rng.integers(*PIECE, len(lessons)).tolist()
    found = list[str]()
    for lesson, who, side, begin, length in zip(lessons, whose, sides, begins, lengths, strict=True):
        at = int(begin * len(said[who]))
        piece = said[who][at : at + length]
        found.append((f"{piece} {lesson}", f"{lesson} {piece}", lesson, lesson)[side])
    return found
