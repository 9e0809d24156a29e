"""Places that report: what each says of each day, in the past and from morning to morning."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.hub import Entity, Kind, Reading
from citywide.systems.epidemic.feeds import stamp
from citywide.systems.epidemic.model import TOLD, Series
from citywide.systems.epidemic.simulated.counts import LAGS

Ints = NDArray[np.int64]
ZONE = ZoneInfo("Asia/Shanghai")  # of the simulated city
BEFORE, AFTER = 3 * 365, 120  # days that are known when the city wakes, and days that it lives at most
AT_ONCE = 200_000  # rows in a piece: some 20 MB as it is sent
REVISED = 27 * 7  # days whose revisions are remembered; of older ones the last word only


class House(Struct, frozen=True):
    """Places of one kind: their series, the hour at which each reports, and what it says of each day by lag."""

    kind: Kind
    entities: list[Entity]
    series: tuple[Series, ...]
    hour: NDArray[np.float64]
    said: Ints


def history(house: House, told: Ints, first: date) -> Iterator[dict[str, list[object]]]:
    """Everything said up to the mornings `told`: of the last half year every word, of earlier days the last one.

    A large city's years are told in several pieces: one alone would be more than a door takes at once.
    """
    parts = [_old(house, BEFORE - REVISED), *(_words(house, told, lag) for lag in range(LAGS))]
    rows = np.concatenate(parts, axis=1)
    for begin in range(0, rows.shape[1], AT_ONCE):
        yield _told(house, rows[:, begin : begin + AT_ONCE], first)


def _told(house: House, rows: Ints, first: date) -> dict[str, list[object]]:
    place, series, day, lag, count = rows
    days = [(first + timedelta(days=at - BEFORE)).isoformat() for at in range(BEFORE + AFTER)]
    mornings = midnight(first).timestamp() + 86_400.0 * (np.arange(BEFORE + AFTER + LAGS + 1) - BEFORE)
    return {
        "place": [house.entities[at].id for at in place.tolist()],
        "kind": [house.series[at].name for at in series.tolist()],
        "day": [days[at] for at in day.tolist()],
        "reported": (mornings[day + lag + 1] + 3600 * house.hour[place]).tolist(),
        "count": count.tolist(),
    }


def says(house: House, at: int, morning: int, first: date, now: datetime) -> Iterator[Reading]:
    """What one place says on a morning: first words on yesterday, and of the days before what has grown since."""
    for lag in range(LAGS):
        day = morning - 1 - lag
        known = house.said[at, :, BEFORE + day, lag]
        grown = known > house.said[at, :, BEFORE + day, lag - 1] if lag else np.ones(len(known), bool)
        time = stamp(first + timedelta(days=day), now)
        for one in np.flatnonzero(grown).tolist():
            if house.series[one] is not TOLD:  # what residents tell, the hub counts itself
                yield Reading(house.entities[at].id, house.series[one].reading, time, float(known[one]))


def midnight(day: date) -> datetime:
    """The first moment of a day in the city."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def _old(house: House, until: int) -> Ints:
    """Rows (place, series, day, lag, count) of days long past."""
    counts = house.said[:, :, :until, -1]
    place, series, day = np.indices(counts.shape).reshape(3, -1)
    return np.stack([place, series, day, np.zeros_like(day), counts.ravel()])


def _words(house: House, told: Ints, lag: int) -> Ints:
    """The same of the last half year: what was said so many days later, where it was new."""
    now = house.said[:, :, :, lag]
    new = np.ones(now.shape, bool) if lag == 0 else now > house.said[:, :, :, lag - 1]
    new[:, :, : BEFORE - REVISED] = False
    last = BEFORE + told - 1 - lag  # the newest day of which each place has said this much
    new &= np.arange(now.shape[2]) <= last[:, None, None]
    place, series, day = np.nonzero(new)
    return np.stack([place, series, day, np.full_like(day, lag), now[new]])
