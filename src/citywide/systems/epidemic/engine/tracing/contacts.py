"""Whom the tracers should call first: those whom infectious cases met, by the chance of infection."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citywide.systems.epidemic.engine.natural_history import NaturalHistory


@dataclass(frozen=True)
class Contact:
    """One person to call, the case whom they most likely caught it from, where, and when last."""

    person: int
    chance: float
    case: int
    context: int
    last_day: int


def contact_list(
    presences: NDArray[np.int64],
    case_person: NDArray[np.int64],
    onset: NDArray[np.int64],
    hazards: NDArray[np.float64],
    history: NaturalHistory,
    *,
    most: int | None = None,
) -> list[Contact]:
    """Contacts in order of priority; presences are rows (person, day, context, place) of everybody."""
    case_of = np.full(int(max(presences[0].max(initial=0), case_person.max(initial=0))) + 1, -1)
    case_of[case_person] = np.arange(len(case_person))
    source, met = _met(presences, case_of, onset, history)
    hazard = hazards[presences[2, met]] * history.infectious_on(
        presences[1, met] - onset[case_of[presences[0, source]]]
    )
    order = np.argsort(presences[0, met], kind="stable")
    people, starts = np.unique(presences[0, met][order], return_index=True)
    groups = np.split(order, starts[1:]) if len(people) else []
    found = [_contact(int(p), g, source, met, hazard, presences, case_of) for p, g in zip(people, groups, strict=True)]
    return sorted(found, key=lambda contact: (-contact.chance, contact.person))[:most]


def _met(
    presences: NDArray[np.int64],
    case_of: NDArray[np.int64],
    onset: NDArray[np.int64],
    history: NaturalHistory,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of infectious cases, and rows of people without the disease who were there with them."""
    _, spot = np.unique(presences[1:], axis=1, return_inverse=True)
    spot = spot.ravel()
    case = case_of[presences[0]]
    strength = history.infectious_on(presences[1] - onset[case]) if len(onset) else np.zeros(len(case))
    sources = np.flatnonzero((case >= 0) & (strength > 0))
    others = np.flatnonzero(case < 0)
    others = others[np.argsort(spot[others], kind="stable")]
    low = np.searchsorted(spot[others], spot[sources], side="left")
    high = np.searchsorted(spot[others], spot[sources], side="right")
    offsets = np.arange((high - low).sum()) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    return np.repeat(sources, high - low), others[np.repeat(low, high - low) + offsets]


def _contact(
    person: int,
    rows: NDArray[np.int64],
    source: NDArray[np.int64],
    met: NDArray[np.int64],
    hazard: NDArray[np.float64],
    presences: NDArray[np.int64],
    case_of: NDArray[np.int64],
) -> Contact:
    best = rows[np.argmax(hazard[rows])]
    return Contact(
        person,
        float(-np.expm1(-hazard[rows].sum())),
        int(case_of[presences[0, source[best]]]),
        int(presences[2, met[best]]),
        int(presences[1, met[rows]].max()),
    )
