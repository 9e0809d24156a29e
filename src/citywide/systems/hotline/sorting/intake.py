"""What a resident's words mean: category and department with a confidence, and the place they name."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct

from citywide.hub import Point
from citywide.hub.database.queries import queries_of
from citywide.kit.memory import give_back
from citywide.kit.turns import turn
from citywide.systems.hotline.engine.places import Gazetteer
from citywide.systems.hotline.engine.sorter import Guess, Sorter
from citywide.systems.hotline.sorting.learning import OWNER, novice
from citywide.systems.hotline.sorting.school import schooled

QUERIES = queries_of(Path(__file__).parents[1])
REFRESH_S, QUIET_S = 120.0, 15.0
LIKELY = 0.5


class Understood(Struct, frozen=True):
    """A report's category and place, and how they were found."""

    category: str
    place: Point | None
    facts: Mapping[str, object]


class Named(Struct, frozen=True):
    """A place that a text names."""

    name: str
    lon: float
    lat: float


class Intake:
    """One worker's knowledge: a sorter that has heard the city's calls, and the city's names of places."""

    def __init__(self, owner: Mapping[str, str] = OWNER) -> None:
        self._owner = owner  # of each category, here
        self._learning, self._looking, self._schooling = threading.Lock(), threading.Lock(), threading.Lock()
        self._wanted = True
        self._sorter: Sorter | None = None
        self._heard, self._listened, self._looked = 0, float("-inf"), float("-inf")
        self._places: list[Point] = []
        self._gazetteer = Gazetteer([])

    def guess(self, database: Any, text: str) -> Guess:
        """The likeliest categories and departments, after what was passed on meanwhile has been learnt.

        Where it is does not tell what it is: a lamp before a hospital is no hospital's matter.
        """
        elsewhere = self._without_places(database, text)
        with self._learning:
            sorter = self._taught(database)
            found = sorter.guess(elsewhere)
            return found if elsewhere == text or found.departments[0][1] >= LIKELY else sorter.guess(text)

    def begin(self, database: Any, *, anew: bool = False) -> None:
        """Learn now, so that nobody waits for it later; anew when there is a history that was not there before."""
        self._wanted = self._wanted or anew
        with self._schooling:  # one school at a time: who had to wait may find that it has taught this too
            if not self._wanted:
                return
            self._wanted = False
            fresh = schooled(database)  # meanwhile the sorter that is there answers
        with self._learning:
            self._sorter, self._heard, self._listened = fresh.under(self._owner), 0, float("-inf")
            self._taught(database)
        novice.cache_clear()  # it has answered its last
        give_back()  # with all that the lessons' way here took

    def place(self, database: Any, text: str) -> Point | None:
        """The first place of the city that the text names."""
        named = self.named(database, text)
        return Point(named.lon, named.lat) if named else None

    def named(self, database: Any, text: str) -> Named | None:
        """The same, with its name as it stands in the text."""
        with self._looking:
            self._look(database)
            found, places = self._gazetteer.find(text), self._places
        if not found:
            return None
        at = places[found[0].name]
        return Named(text[found[0].start : found[0].end], at.lon, at.lat)

    def _without_places(self, database: Any, text: str) -> str:
        with self._looking:
            self._look(database)
            found = self._gazetteer.find(text)
        for each in reversed(found):
            text = f"{text[: each.start]} {text[each.end :]}"
        return text

    def _taught(self, database: Any) -> Sorter:
        """The sorter as it is by now; nobody who reports waits for the school."""
        sorter = self._sorter
        if sorter is None:
            return novice().under(self._owner)
        if time.monotonic() - self._listened > REFRESH_S:
            self._listened = time.monotonic()
            self._hear(database, sorter)
        return sorter

    def _hear(self, database: Any, sorter: Sorter) -> None:
        passed_on = database.rows(QUERIES["passed_on"], {"after": self._heard})
        known = [row for row in passed_on if row["department"] in sorter.departments]
        if known:
            sorter.learn([row["details"] for row in known], [row["department"] for row in known])
        self._heard = max([self._heard, *(row["id"] for row in passed_on)])

    def _look(self, database: Any) -> None:
        if time.monotonic() - self._looked > REFRESH_S:
            self._looked = time.monotonic()
            named = database.rows(QUERIES["named_places"])
            called = [(name, Point(row["lon"], row["lat"])) for row in named for name in row["name"].split(" · ")]
            self._places = [at for _, at in called]
            self._gazetteer = Gazetteer([name for name, _ in called])


_intakes: WeakKeyDictionary[Any, Intake] = WeakKeyDictionary()
_beginning = threading.Lock()


def intake_of(hub: Any) -> Intake:
    """The intake of a running worker, made when it is first needed."""
    with _beginning:
        if hub not in _intakes:
            _intakes[hub] = Intake({name: each.department for name, each in hub.words.categories.items()})
        return _intakes[hub]


def begin_to_listen(hub: Any, *, anew: bool = False) -> None:
    """Learn aside when a worker starts or a history has come."""

    def learn() -> None:
        with turn(hub.settings.data):
            intake_of(hub).begin(hub.database, anew=anew)

    hub.aside(learn, after_s=0.0 if anew else QUIET_S)  # a city that wakes has more urgent things to do


def understand(hub: Any, text: str, address: str, at: Point | None, category: str | None) -> Understood:
    """Fill in what the reporter left out; what was guessed is said on the case, with its confidence."""
    intake = intake_of(hub)
    place = at or intake.place(hub.database, f"{address} {text}")
    facts: dict[str, object] = {} if at or place is None else {"place_from": "words"}
    if category:
        return Understood(category, place, facts)
    guess = intake.guess(hub.database, text)
    facts |= {"confidence": round(guess.departments[0][1], 3), "top": [list(each) for each in guess.categories]}
    reported = (name for name, _ in guess.categories if hub.words.categories[name].reportable)
    return Understood(next(reported, guess.categories[0][0]), place, facts)
