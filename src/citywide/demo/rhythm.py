"""How busy the city is: two peaks on working days, a late and lazy one at weekends and on holidays."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from citywide.kit.calendars import WorkingCalendar

WORKING = (0.18, 0.1, 0.07, 0.06, 0.1, 0.3, 0.9, 1.9, 2.3, 1.6, 1.25, 1.2,
           1.25, 1.15, 1.15, 1.25, 1.55, 2.2, 2.35, 1.7, 1.2, 0.95, 0.65, 0.35)  # fmt: skip
RESTING = (0.3, 0.2, 0.12, 0.08, 0.08, 0.15, 0.35, 0.6, 0.9, 1.25, 1.5, 1.6,
           1.5, 1.4, 1.45, 1.5, 1.55, 1.55, 1.5, 1.45, 1.3, 1.05, 0.75, 0.5)  # fmt: skip


def bustle(now: datetime, calendar: WorkingCalendar) -> float:
    """How busy the streets are against their mean; holidays empty the morning, the eve is busier."""
    local = now.astimezone(ZoneInfo(calendar.zone))
    works = calendar.is_working_day(local.date())
    table = WORKING if works else RESTING
    hour = local.hour + local.minute / 60
    eve = works and hour >= 15 and not calendar.is_working_day(local.date() + timedelta(days=1))
    return float(np.interp(hour, np.arange(25), (*table, table[0]))) * (1.15 if eve else 1.0)
