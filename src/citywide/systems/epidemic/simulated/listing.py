"""The line list: who fell ill, where they and those beside them had been; as hospitals report it by name."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub.simulated.twin import Plan
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.simulated.outbreaks import Outbreak, where_met

Ints = NDArray[np.int64]
DAYS_BEFORE = 10  # of a case's own presences before onset
INFECTIOUS_BEFORE = 3  # and of the people beside it
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂玲红辉婷鹏飞雪琳宇"
MOST_AT_ONCE = 20  # cases in one message


class Spots(Struct, frozen=True):
    """For each presence of an outbreak's people a number of where and when, and how many were there then."""

    spot: Ints
    present: Ints


def spots(one: Outbreak) -> Spots:
    """Number the meetings of a quarter, once for all."""
    where = np.stack([one.presences.day, one.presences.context, one.presences.place])
    _, spot, present = np.unique(where, axis=1, return_inverse=True, return_counts=True)
    return Spots(spot.ravel(), present)


def messages(
    plan: Plan, found: Sequence[tuple[Outbreak, Spots]], hospitals: Sequence[str], day: int, first: date
) -> Iterator[dict[str, Any]]:
    """What hospitals say by name of the cases that came to them on one day."""
    for number, (one, met) in enumerate(found):
        came = np.flatnonzero((one.hospital >= 0) & (one.visit == day))
        for begin in range(0, len(came), MOST_AT_ONCE):
            rows, present = _rows(one, met, came[begin : begin + MOST_AT_ONCE])
            yield _message(plan, number, one, came[begin : begin + MOST_AT_ONCE], rows, present, hospitals, first)


def _message(  # noqa: PLR0913, PLR0917 - one message is all of this
    plan: Plan, number: int, one: Outbreak, cases: Ints, rows: Ints, own: Ints, hospitals: Sequence[str], first: date
) -> dict[str, Any]:
    person, day, context, place = (column[rows] for column in _columns(one))
    people = np.unique(np.concatenate([person, one.epidemic.person[cases]]))
    spots = {(int(c), int(p)) for c, p in zip(context, place, strict=True)}
    key_of = {spot: (f"{number}/{key}", name, there) for spot in spots for key, name, there in [where_met(plan, *spot)]}
    return {
        "people": [{"reference": _reference(number, one), "name": _name(number, one), "phone": _phone(number, one)}
                   for one in people.tolist()],
        "patients": [{"reference": _reference(number, int(one.epidemic.person[case])),
                      "kind": SYNDROMES[one.syndrome].name, "hospital": hospitals[int(one.hospital[case])],
                      "onset": (first + timedelta(days=int(one.onset[case]))).isoformat(),
                      "sequence": one.sequences[case]} for case in cases.tolist()],
        "places": [{"place": key, "name": name, "lon": there.at.lon if there else None,
                    "lat": there.at.lat if there else None} for key, name, there in key_of.values()],
        "presences": [[_reference(number, who), (first + timedelta(days=on + one.first)).isoformat(), how,
                       key_of[how, where][0], many]
                      for who, on, how, where, many in np.stack([person, day, context, place, own], 1).tolist()],
    }  # fmt: skip


def _rows(one: Outbreak, met: Spots, cases: Ints) -> tuple[Ints, Ints]:
    """Rows of presences that matter: the cases' own, and of whoever was beside them while they may have infected."""
    person, day, spot, present = one.presences.person, one.presences.day, met.spot, met.present
    onset, visit = np.full((2, len(one.people.population)), -10_000)
    onset[one.epidemic.person[cases]] = one.epidemic.onset[cases]
    visit[one.epidemic.person[cases]] = one.visit[cases] - one.first
    own = (onset[person] > -10_000) & (day >= onset[person] - DAYS_BEFORE) & (day <= visit[person])
    beside = np.isin(spot, spot[own & (day >= onset[person] - INFECTIOUS_BEFORE)])
    rows = np.flatnonzero(own | beside)
    return rows, present[spot[rows]]


def _columns(one: Outbreak) -> tuple[Ints, Ints, Ints, Ints]:
    return one.presences.person, one.presences.day, one.presences.context, one.presences.place


def _reference(number: int, person: int) -> str:
    return f"resident-{number}-{person:05d}"


def _name(number: int, person: int) -> str:
    at = person * 7919 + number * 104_729
    return FAMILY[at % len(FAMILY)] + GIVEN[at // 20 % len(GIVEN)] + GIVEN[at // 600 % len(GIVEN)]


def _phone(number: int, person: int) -> str:
    return f"139{number:02d}{person * 7 % 1_000_000:06d}"
