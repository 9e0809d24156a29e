"""What an outbreak adds to the counts of hospitals, schools and pharmacies."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.systems.epidemic.model import ABSENCE, POSITIVES, REMEDIES, SYNDROMES, Series
from citywide.systems.epidemic.simulated.outbreaks import Outbreak

Ints = NDArray[np.int64]
DAYS_ABSENT = 4
TESTED = 0.7
COUGHING = ("influenza_like", "pneumonia", "fever_rash")  # whoever has it buys remedies, and tests are made


class Addition(Struct, frozen=True):
    """People of one outbreak in one series: the places' numbers and the days."""

    series: Series
    outbreak: int
    place: Ints
    day: Ints


def additions(found: Sequence[Outbreak], rng: np.random.Generator) -> list[Addition]:
    """Everything that the outbreaks add to any series."""
    return [addition for number, one in enumerate(found) for addition in _of(number, one, rng)]


def added(some: Sequence[Addition], series: Series, places: int, first: int, days: int) -> Ints:
    """The additions of one series as counts [places, days], day 0 being `first`."""
    table = np.zeros((places, days), np.int64)
    for one in some:
        inside = (one.day >= first) & (one.day < first + days)
        if one.series == series:
            np.add.at(table, (one.place[inside], one.day[inside] - first), 1)
    return table


def _of(number: int, one: Outbreak, rng: np.random.Generator) -> list[Addition]:
    syndrome, came = SYNDROMES[one.syndrome], one.hospital >= 0
    found = [Addition(syndrome, number, one.hospital[came], one.visit[came])]
    if syndrome.name in COUGHING:
        tested, bought = came & (rng.random(len(came)) < TESTED), one.pharmacy >= 0
        found += [
            Addition(POSITIVES, number, one.hospital[tested], one.visit[tested]),
            Addition(REMEDIES, number, one.pharmacy[bought], one.visit[bought]),
        ]
    pupil = np.flatnonzero(one.school >= 0)
    days = one.onset[pupil][:, None] + np.arange(1, DAYS_ABSENT + 1)
    found.append(Addition(ABSENCE, number, np.repeat(one.school[pupil], DAYS_ABSENT), days.ravel()))
    return found


def sizes(facts: Sequence[Mapping[str, float]], name: str) -> NDArray[np.float64]:
    """The places' sizes against a middling one; the root, since large houses are not only larger."""
    values = np.array([float(each.get(name, 1.0)) for each in facts], np.float64)
    return np.sqrt(values / np.median(values)) if len(values) else values
