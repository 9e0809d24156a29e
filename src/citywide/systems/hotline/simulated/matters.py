"""What truly goes wrong in the simulated city, who notices it, and what they say."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from msgspec import Struct

from citywide.hub import Point
from citywide.systems.hotline.model import MATTERS, Matter
from citywide.systems.hotline.sorting.calls import a_call, noisy

A_DAY_OF_A_MILLION = 150.0
NOTICED_AGAIN, MOST_TELLERS = 0.35, 5
AGAIN_WITHIN = timedelta(hours=4)
ROUGH = 0.3  # the share of texts with typing errors, dialect or a mixture of languages
PUBLIC_M = 20.0  # what happens in the street has a place that others pass; what happens to one person has none
SPREADING = ("rubbish", "street_light", "blocked_drain", "fly_tipping", "street_stall", "stray_dog")
CAUSE_EVERY = timedelta(hours=8)
TELLERS_OF_A_CAUSE, CAUSE_WIDE_M, CAUSE_LASTS = (22, 36), 350.0, timedelta(hours=5)
BY_NAME = {matter.name: matter for matter in MATTERS}
METRES_PER_DEGREE = 111_195.0


class Trouble(Struct, frozen=True):
    """Something that is wrong: what, where, since when; a cause makes many troubles of one kind around it."""

    matter: str
    at: Point
    began: datetime
    cause: int | None = None


class Telling(Struct, frozen=True):
    """What one resident says of a trouble, and when."""

    trouble: Trouble
    when: datetime
    text: str
    at: Point


class Cause(Struct, frozen=True):
    """Why many report the same at once: a round that was not driven, a pack of dogs, mud in the drains."""

    matter: str
    at: Point
    began: datetime
    tellers: int


def everyday(rng: np.random.Generator, homes: Sequence[Point], when: datetime, *, past: bool = False) -> list[Telling]:
    """One trouble somewhere, and what residents say of it within hours."""
    matter = MATTERS[int(rng.integers(len(MATTERS)))]
    trouble = Trouble(matter.name, beside(rng, homes[int(rng.integers(len(homes)))], 300.0), when)
    tellers = 1
    while matter.merge_m >= PUBLIC_M and tellers < MOST_TELLERS and rng.random() < NOTICED_AGAIN:
        tellers += 1
    waits = np.sort(rng.exponential(AGAIN_WITHIN.total_seconds() / 3, tellers)) * (np.arange(tellers) > 0)
    return [told(rng, trouble, when + timedelta(seconds=float(wait)), past=past) for wait in waits]


def of_cause(rng: np.random.Generator, cause: Cause, number: int) -> list[Telling]:
    """Each household has its own trouble of the one cause, and tells of it within hours."""
    waits = rng.random(cause.tellers) * CAUSE_LASTS.total_seconds()
    found = list[Telling]()
    for wait in waits.tolist():
        when = cause.began + timedelta(seconds=wait)
        trouble = Trouble(cause.matter, beside(rng, cause.at, CAUSE_WIDE_M), when, number)
        found.append(told(rng, trouble, when))
    return found


def a_cause(rng: np.random.Generator, homes: Sequence[Point], when: datetime) -> Cause:
    """One cause of many troubles."""
    matter = SPREADING[int(rng.integers(len(SPREADING)))]
    return Cause(matter, homes[int(rng.integers(len(homes)))], when, int(rng.integers(*TELLERS_OF_A_CAUSE)))


def told(rng: np.random.Generator, trouble: Trouble, when: datetime, *, past: bool = False) -> Telling:
    """One resident's words; those of the living city are words that its history has never heard."""
    text = a_call(rng, trouble.matter, held_out=not past)
    if rng.random() < ROUGH:
        text = noisy(int(rng.integers(1 << 30)), [text])[0]
    return Telling(trouble, when, text, beside(rng, trouble.at, 6.0))


def beside(rng: np.random.Generator, at: Point, metres: float) -> Point:
    """Somewhere near."""
    north, east = rng.normal(0, metres, 2) / METRES_PER_DEGREE
    return Point(round(at.lon + float(east / np.cos(np.radians(at.lat))), 6), round(at.lat + float(north), 6))


def matter_of(name: str) -> Matter:
    """The matter of this name."""
    return BY_NAME[name]
