"""What the hotline made of the simulated residents' reports, against what truly was wrong.

`hotline.detected` is the share of true troubles that somebody reported and that have a case at the right department,
or, for the households of a common cause, whose cause stands among the hot spots; `hotline.false` the share of opened
cases that went to a wrong department and of listed hot spots without a cause, `hotline.delay_s` the median time from
the first words about a trouble to its case. The words are none that the city's history has ever held.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from benchmarks.face.record import asked, counted, share
from citywide.hub import Point
from citywide.systems.hotline.simulated.matters import CAUSE_WIDE_M, Cause, Telling, Trouble, matter_of
from citywide.systems.hotline.twin import ResidentsTwin

CASES = """
select details, department, category, lon, lat, opened from hub.cases
where reporters > 0 and opened_by = 'resident' and lon is not null
"""
SPOTS = "select category, lon, lat, radius_m, found from hotline.hot_spot"
WITHIN = timedelta(minutes=10)


class Opened(NamedTuple):
    """A case that residents' words led to."""

    words: str
    department: str
    category: str
    at: Point
    opened: datetime


class Spot(NamedTuple):
    """A listed hot spot."""

    category: str
    at: Point
    radius_m: float
    found: datetime


def scored(twin: ResidentsTwin, url: str, end: datetime) -> Mapping[str, float]:
    """True troubles and causes against cases and hot spots."""
    cases, spots = asked(url, CASES, _opened), asked(url, SPOTS, _spot)
    first: dict[Trouble, Telling] = {}
    for telling in twin.told:
        first.setdefault(telling.trouble, telling)
    delays = [_delay(telling, cases) for telling in first.values()]
    by_words = {telling.text.strip(): telling.trouble for telling in twin.told}
    wrong = [case for case in cases if (true := by_words.get(case.words))
             and matter_of(true.matter).department != case.department]  # fmt: skip
    over = [cause for cause in twin.causes if (end - cause.began).total_seconds() > 5 * 3600]
    found = {cause: _found(cause, spots) for cause in over}
    vain = [spot for spot in spots if not any(_explains(cause, spot) for cause in twin.causes)]
    seen = [delay for delay in delays if delay is not None]
    waits = [(spot.found - cause.began).total_seconds() for cause, spot in found.items() if spot]
    caught = sum(spot is not None for spot in found.values())
    return {
        **counted(
            "hotline",
            seen=len(seen) + caught,
            events=len(delays) + len(over),
            wrong=len(wrong) + len(vain),
            answers=len(cases) + len(spots),
        ),
        "hotline.delay_s": float(np.median(seen)) if seen else float("nan"),
        "hotline.right_department": share(len(seen), len(delays)),
        "hotline.hot_spots_found": share(caught, len(over)),
        "hotline.hot_spots_false": len(vain) / max(1, len(spots)),
        "hotline.hot_spot_delay_s": float(np.median(waits)) if waits else float("nan"),
        "hotline.troubles": float(len(first)),
        "hotline.causes": float(len(over)),
        "hotline.cases": float(len(cases)),
    }


def _delay(telling: Telling, cases: Sequence[Opened]) -> float | None:
    """Seconds from the first words to the case of the right department: one opened by them, or one joined."""
    matter = matter_of(telling.trouble.matter)
    mine = [case for case in cases if case.department == matter.department and case.opened <= telling.when + WITHIN
            and (case.words == telling.text.strip() or _joined(case, telling, matter.merge_m))]  # fmt: skip
    waits = [max(0.0, (case.opened - telling.when).total_seconds()) for case in mine]
    return min(waits, default=None)


def _joined(case: Opened, telling: Telling, merge_m: float) -> bool:
    return case.category == telling.trouble.matter and case.at.distance_m(telling.at) <= merge_m + 1


def _found(cause: Cause, spots: Sequence[Spot]) -> Spot | None:
    return next((spot for spot in spots if _explains(cause, spot)), None)


def _explains(cause: Cause, spot: Spot) -> bool:
    near = cause.at.distance_m(spot.at) <= spot.radius_m + 2 * CAUSE_WIDE_M
    return spot.category == cause.matter and near and spot.found >= cause.began


def _opened(words: str, department: str, category: str, lon: float, lat: float, opened: datetime) -> Opened:
    return Opened(words, department, category, Point(lon, lat), opened)


def _spot(category: str, lon: float, lat: float, radius_m: float, found: datetime) -> Spot:
    return Spot(category, Point(lon, lat), radius_m, found)
