"""Before and after, fairly: once a day every milestone is judged by days of a kind, each with its interval."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from citywide.hub.database.queries import queries_of
from citywide.systems.traffic.duties.plans import day_kinds
from citywide.systems.traffic.engine.plans import DayKindOf, compare

if TYPE_CHECKING:
    from citywide.hub.running import Hub

EACH_SIDE = timedelta(days=42)
_QUERIES = queries_of(Path(__file__).parents[1])


def compare_days(hub: "Hub") -> None:
    """Judge every milestone by the days that have been counted on both its sides so far."""
    kind_of = day_kinds(hub)
    for milestone in hub.database.rows(_QUERIES["milestones"], {"since": hub.clock.now() - 2 * EACH_SIDE}):
        for name in ("congestion_index", "approach_delay", "split_failures"):
            found = _judged(hub, milestone, name, kind_of)
            if found is not None:
                with hub.database.transaction() as connection:
                    connection.execute(_QUERIES["put_comparison"], found)


def _judged(hub: "Hub", milestone: Mapping[str, Any], name: str, kind_of: DayKindOf) -> dict[str, Any] | None:
    """The milestone's own day is on neither side."""
    today = hub.clock.now().astimezone(ZoneInfo(hub.city.zone)).date()
    sides = {"name": name, "crossing": milestone["crossing"], "today": today}
    span = {"since": milestone["day"] - EACH_SIDE, "until": milestone["day"] + EACH_SIDE}
    days = [(row["day"], row["value"]) for row in hub.database.rows(_QUERIES["daily_values"], sides | span)]
    before = [day for day in days if day[0] < milestone["day"]]
    after = [day for day in days if day[0] > milestone["day"]]
    try:
        found = compare(before, after, kind_of)
    except ValueError:  # not yet enough days of one kind on both sides
        return None
    return {
        "milestone": milestone["id"], "name": name, "change": found.change, "low": found.low, "high": found.high,
        "p_value": found.p_value, "days_before": found.days_before, "days_after": found.days_after,
        "says": found.says, "at": hub.clock.now(),
    }  # fmt: skip
