"""Looks for hot spots by itself, every hour of the city's time."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from citywide.hub import Point, Schedule
from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import queries_of
from citywide.systems.hotline.engine.hot_spots import HotSpot, hot_spots

FEWEST = 10
NEAR_M = 500.0
FALSE_A_LOOK = 0.01  # over all categories together


def look_for_hot_spots(hub: Any) -> None:
    """Scan six weeks of each category and keep what stands out now."""
    queries, now = queries_of(Path(__file__).parent), hub.clock.now()
    by_category: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in hub.database.rows(queries["cases_of_six_weeks"], {"now": now}):
        by_category[row["category"], row["department"]].append(row)
    with hub.database.transaction() as connection:
        known = rows(connection, queries["known_hot_spots"])
        connection.execute(queries["forget_hot_spots"])
        for (category, department), cases in by_category.items():
            for spot in _of(cases, FALSE_A_LOOK / len(by_category)) if len(cases) >= FEWEST else ():
                named = {"category": category, "department": department, "found": _since(known, category, spot, now)}
                connection.execute(queries["keep_hot_spot"], named | spot._asdict())


def _since(known: list[Row], category: str, spot: HotSpot, now: datetime) -> datetime:
    """A hot spot that was there at the last look is known since then, though its circle has moved."""
    at = Point(spot.lon, spot.lat)
    old = [row for row in known if row["category"] == category]
    same = [row["found"] for row in old if at.distance_m(Point(row["lon"], row["lat"]))
            <= max(spot.radius_m, row["radius_m"]) + NEAR_M]  # fmt: skip
    return min(same, default=now)


def _of(cases: list[Row], below: float) -> list[HotSpot]:
    lon, lat = (np.array([row[name] for row in cases], dtype=float) for name in ("lon", "lat"))
    return hot_spots(lon, lat, np.array([row["day"] for row in cases], dtype=np.int64), below=below)


HOT_SPOTS = Schedule("hot_spots", 3600, look_for_hot_spots)
