"""What a sorter begins with: the city's own closed cases where there are enough, simulated calls at a cold start."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from citywide.hub.database.queries import queries_of
from citywide.systems.hotline.engine.sorter import Sorter
from citywide.systems.hotline.model import MATTERS
from citywide.systems.hotline.sorting.calls import calls
from citywide.systems.hotline.sorting.vocabulary import LESSONS, taught

OWNER: Mapping[str, str] = {matter.name: matter.department for matter in MATTERS}
ENOUGH, FIRST_LESSONS = 5_000, 20_000
FEW_CALLS, FEW_LESSONS = 5_000, 25_000


def beginner(database: Any, lessons: int = LESSONS) -> Sorter:
    """A sorter that knows the vocabulary, and the city's history or else the simulated one."""
    told = database.rows(queries_of(Path(__file__).parents[1])["closed_where_they_were_sent"])
    closed = [row for row in told if row["category"] in OWNER]  # years later not every matter is still called as it was
    if len(closed) < ENOUGH:
        return _newcomer(lessons).copy()
    return taught(Sorter(OWNER), [row["details"] for row in closed], [row["category"] for row in closed], lessons)


@cache
def novice() -> Sorter:
    """Who answers while the school is not over yet: a quarter of the lessons, ready within two seconds."""
    return taught(Sorter(OWNER), *calls(1, FEW_CALLS)[:2], FEW_LESSONS)


@cache
def _newcomer(lessons: int) -> Sorter:
    """What every sorter of a city without a history starts from."""
    return taught(Sorter(OWNER), *calls(1, FIRST_LESSONS)[:2], lessons)
