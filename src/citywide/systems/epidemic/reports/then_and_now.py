"""What was known of the last weeks on a past day, beside what is known now."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from citywide.systems.epidemic.analysis.weeks import last_sunday, weeks_known
from citywide.systems.epidemic.form_answer import Answer
from citywide.systems.epidemic.model import Series
from citywide.systems.epidemic.reports.daily_reports import daily_reports, day_in

WEEKS_BACK = 12


def then_and_now(connection: Connection, series: Series, day: date, now: datetime, zone: str, minimum: int) -> Answer:
    """Weekly counts of the city as they were known at the end of a day, and as they are known now."""
    said, sunday = daily_reports(connection, (series,), day_in(zone, now), now), last_sunday(now, zone)
    if not said.days:
        return Answer(["week", "then", "now"], [])
    moment = datetime.combine(day, time(), ZoneInfo(zone)) + timedelta(days=1)
    before, after = (said.known(at) for at in (moment, now))
    whole = weeks_known(said, after, sunday, 0)
    then = weeks_known(said, np.where(np.arange(said.days) <= (day - said.first).days, before, np.nan), sunday, 0)
    weeks = [(at, week) for at, week in enumerate(whole.days) if week > day - timedelta(weeks=WEEKS_BACK)]
    known = [_shown(then.counts[at], minimum) if week <= day else None for at, week in weeks]
    rows = [[week.isoformat(), was, _shown(whole.counts[at], minimum)]
            for (at, week), was in zip(weeks, known, strict=True)]  # fmt: skip
    return Answer(["week", "then", "now"], rows)


def _shown(counts: NDArray[np.float64], minimum: int) -> float | None:
    total = float(np.nansum(counts))
    return total if total == 0 or total >= minimum else None
