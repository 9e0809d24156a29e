"""What a city watches: the standard syndromes, or those of the file `epidemic.toml` in the city's folder."""

from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from citywide.hub import Text
from citywide.hub.city_file import CityFileError, read
from citywide.systems.epidemic.course import Course
from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.privacy import MINIMUM
from citywide.systems.epidemic.model import OTHERS, SYNDROMES, Series

FILE = "epidemic.toml"


class Syndrome(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the city's own syndromes; its course, delays among it, where it is one disease."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    label: Text
    course: Course | None = None


class CityFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What a city may declare: its syndromes, and how many people a number must stand for to be shown."""

    syndromes: Annotated[list[Syndrome], Meta(min_length=1, max_length=40)]
    minimum_cell: Annotated[int, Meta(ge=1, le=100)] = MINIMUM


class Watched(Struct, frozen=True):
    """The series of one city."""

    syndromes: tuple[Series, ...] = SYNDROMES
    minimum: int = MINIMUM

    @property
    def series(self) -> tuple[Series, ...]:
        """The syndromes, then what laboratories, the hotline, schools and pharmacies say."""
        return (*self.syndromes, *OTHERS)

    @property
    def by_name(self) -> dict[str, Series]:
        """Every series by its name."""
        return {one.name: one for one in self.series}

    @property
    def names(self) -> list[str]:
        """The names of the syndromes."""
        return [one.name for one in self.syndromes]

    def history_of(self, kind: str) -> NaturalHistory:
        """The same as the engines reckon with it; a middling course where it is no one disease."""
        course = self.course_of(kind)
        return course.history() if course else NaturalHistory()

    def course_of(self, kind: str) -> Course | None:
        """How the disease of a syndrome runs, where it is one disease."""
        return self.by_name[kind].course if kind in self.by_name else None


STANDARD = Watched()


@cache
def watched_in(folder: Path | None) -> Watched:
    """What the city of this folder watches."""
    file = folder / FILE if folder else None
    if file is None or not file.exists():
        return STANDARD
    said = read(file, CityFile)
    names = [one.name for one in said.syndromes]
    if twice := {name for name in names if names.count(name) > 1} | {one.name for one in OTHERS if one.name in names}:
        raise CityFileError(f"{file}: {', '.join(sorted(twice))} is declared twice")
    return Watched(tuple(Series(one.name, one.label, course=one.course) for one in said.syndromes), said.minimum_cell)
