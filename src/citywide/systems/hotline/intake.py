"""What a resident's words mean: category and department with a confidence, and the place they name."""

import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct

from citywide.hub import Point
from citywide.hub.database.queries import queries_of
from citywide.systems.hotline.calls import calls
from citywide.systems.hotline.engine.places import Gazetteer
from citywide.systems.hotline.engine.sorter import Guess, Sorter
from citywide.systems.hotline.model import MATTERS

OWNER: Mapping[str, str] = {matter.name: matter.department for matter in MATTERS}
FIRST_LESSONS = 20_000
REFRESH_S = 120.0


class Understood(Struct, frozen=True):
    """A report's category and place, and how they were found."""

    category: str
    place: Point | None
    facts: Mapping[str, object]


class Intake:
    """One worker's knowledge: a sorter that has heard the city's calls, and the city's names of places."""

    def __init__(self) -> None:
        self.sorter = _beginner()
        self._lock = threading.Lock()
        self._heard, self._asked = 0, float("-inf")
        self._places: list[Point] = []
        self._gazetteer = Gazetteer([])

    def guess(self, database: Any, text: str) -> Guess:
        """The likeliest categories and departments, after what was passed on meanwhile has been learnt."""
        with self._lock:
            self._refresh(database)
            return self.sorter.guess(text)

    def place(self, database: Any, text: str) -> Point | None:
        """The first place of the city that the text names."""
        with self._lock:
            self._refresh(database)
            found = self._gazetteer.find(text)
        return self._places[found[0].name] if found else None

    def _refresh(self, database: Any) -> None:
        if time.monotonic() - self._asked < REFRESH_S:
            return
        self._asked = time.monotonic()
        queries = queries_of(Path(__file__).parent)
        named = database.rows(queries["named_places"])
        self._places = [Point(row["lon"], row["lat"]) for row in named]
        self._gazetteer = Gazetteer([row["name"] for row in named])
        passed_on = database.rows(queries["passed_on"], {"after": self._heard})
        known = [row for row in passed_on if row["department"] in self.sorter.departments]
        if known:
            self.sorter.learn([row["details"] for row in known], [row["department"] for row in known])
        self._heard = max([self._heard, *(row["id"] for row in passed_on)])


@cache
def _lessons() -> Sorter:
    sorter = Sorter(OWNER)
    sorter.train(*calls(1, FIRST_LESSONS)[:2])
    return sorter


def _beginner() -> Sorter:
    """A copy of what every worker starts from."""
    return _lessons().copy()


_intakes: WeakKeyDictionary[Any, Intake] = WeakKeyDictionary()
_beginning = threading.Lock()


def intake_of(hub: Any) -> Intake:
    """The intake of a running worker, made when it is first needed."""
    with _beginning:
        return _intakes.setdefault(hub, Intake()) if hub not in _intakes else _intakes[hub]


def understand(hub: Any, text: str, address: str, at: Point | None, category: str | None) -> Understood:
    """Fill in what the reporter left out; what was guessed is said on the case, with its confidence."""
    intake = intake_of(hub)
    place = at or intake.place(hub.database, f"{address} {text}")
    facts: dict[str, object] = {} if at or place is None else {"place_from": "words"}
    if category:
        return Understood(category, place, facts)
    guess = intake.guess(hub.database, text)
    facts |= {"confidence": round(guess.departments[0][1], 3), "top": [list(each) for each in guess.categories]}
    return Understood(guess.categories[0][0], place, facts)
