"""Looks for hot spots by itself, every hour of the city's time."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from citywide.hub import Schedule
from citywide.hub.database.pool import Row
from citywide.hub.database.queries import queries_of
from citywide.systems.hotline.engine.hot_spots import HotSpot, hot_spots

FEWEST = 10


def look_for_hot_spots(hub: Any) -> None:
    """Scan six weeks of each category and keep what stands out now."""
    queries, now = queries_of(Path(__file__).parent), hub.clock.now()
    by_category: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in hub.database.rows(queries["cases_of_six_weeks"], {"now": now}):
        by_category[row["category"], row["department"]].append(row)
    with hub.database.transaction() as connection:
        connection.execute(queries["forget_hot_spots"])
        for (category, department), rows in by_category.items():
            for spot in _of(rows) if len(rows) >= FEWEST else ():
                named = {"category": category, "department": department, "found": now}
                connection.execute(queries["keep_hot_spot"], named | spot._asdict())


def _of(rows: list[Row]) -> list[HotSpot]:
    lon, lat = (np.array([row[name] for row in rows], dtype=float) for name in ("lon", "lat"))
    return hot_spots(lon, lat, np.array([row["day"] for row in rows], dtype=np.int64))


HOT_SPOTS = Schedule("hot_spots", 3600, look_for_hot_spots)
