"""Simulated calls, seeded; held-out calls are put together from words and sentences that training never sees."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from citywide.systems.hotline.sorting import phrases as said
from citywide.systems.hotline.sorting.slips import mistyped


class Calls(NamedTuple):
    """What was said, the true category of each call (kept apart), and how many of its two words are unseen."""

    texts: list[str]
    truth: list[str]
    unseen: list[int]


def calls(seed: int, count: int, *, held_out: bool = False) -> Calls:
    """So many calls; the last word of each list, other streets and other sentences appear only when held out."""
    rng = np.random.default_rng([seed, held_out])
    names = list(said.PHRASES)
    truth = [names[at] for at in rng.integers(0, len(names), count)]
    told = [_call(rng, name, held_out) for name in truth]
    return Calls([text for text, _ in told], truth, [unseen for _, unseen in told])


def a_call(rng: np.random.Generator, name: str, *, held_out: bool = False) -> str:
    """One call about one matter."""
    return _call(rng, name, held_out)[0]


def noisy(seed: int, texts: list[str]) -> list[str]:
    """The same calls with typing errors, homophones, dialect and a mixture of languages."""
    rng = np.random.default_rng([seed, 7])
    kinds: tuple[Callable[[np.random.Generator, str], str], ...] = (_typos, _homophones, _dialect, _mixed)
    return [_typos(rng, kinds[rng.integers(len(kinds))](rng, text)) for text in texts]


def _call(rng: np.random.Generator, name: str, held_out: bool) -> tuple[str, int]:
    english = int(rng.random() < 0.4)
    things, faults = (part.split("|") for part in said.PHRASES[name][2 * english : 2 * english + 2])
    new = (rng.random(2) < 0.5) & held_out
    thing = things[-1] if new[0] else _one(rng, things[:-1])
    fault = faults[-1] if new[1] else _one(rng, faults[:-1])
    street = _one(rng, _streets(english, held_out))
    sentence = _sentence(rng, english, (thing, fault, street), held_out)
    start = _one(rng, said.OPENINGS[held_out][english].split("|"))
    return start + sentence + _one(rng, said.CLOSINGS[held_out][english].split("|")), int(new.sum())


def _sentence(rng: np.random.Generator, english: int, words: tuple[str, str, str], held_out: bool) -> str:
    thing, fault, street = words
    number = rng.integers(1, 200)
    if english:
        forms = (f"{thing} {fault} at {street} {number}", f"at {number} {street} {thing} {fault}")
        held = (f"since yesterday {thing} near {street} {fault}", f"{street}, opposite no. {number}: {thing} {fault}")
    else:
        forms = (f"{street}{number}号{thing}{fault}", f"我们{street}这边{thing}{fault}", f"{thing}{fault}，在{street}")
        held = (f"{street}{number}号对面，{thing}从昨天起就{fault}", f"{thing}那里{fault}，地址{street}{number}号附近")
    return _one(rng, list(held if held_out else forms))


def _streets(english: int, held_out: bool) -> Sequence[str]:
    lists = (said.HELD_STREETS_ZH, said.HELD_STREETS_EN) if held_out else (said.STREETS_ZH, said.STREETS_EN)
    return lists[english].split("|")


def _one(rng: np.random.Generator, words: Sequence[str]) -> str:
    return words[int(rng.integers(len(words)))]


def _typos(rng: np.random.Generator, text: str) -> str:
    return mistyped(rng, text, 0.04)


def _homophones(rng: np.random.Generator, text: str) -> str:
    return "".join(said.SAME_SOUND.get(each, each) if rng.random() < 0.7 else each for each in text)


def _dialect(_: np.random.Generator, text: str) -> str:
    return _replaced(text, said.DIALECT)


def _mixed(rng: np.random.Generator, text: str) -> str:
    chosen = {word: other for word, other in said.MIXED.items() if rng.random() < 0.6}
    return _replaced(text, chosen)


def _replaced(text: str, words: dict[str, str]) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text
