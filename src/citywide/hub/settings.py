"""What differs from one installation to the next."""

import os
import re
from datetime import time, timedelta
from pathlib import Path

from msgspec import Struct, json

from citywide.hub.city_file import read
from citywide.hub.vocabulary.own import TABLES, Own, unfit
from citywide.kit.calendars import OFFICE_HOURS, WorkingCalendar
from citywide.kit.text import Text

NEAREST = 24.0  # of a map's zoom


class CitySettings(Own, frozen=True, forbid_unknown_fields=True):
    """A city's own file: its name, its calendar, where its map and its roads are, what it settles for itself."""

    name: Text = Text("A city", "某市")
    country: str = "CN"
    zone: str = "Asia/Shanghai"
    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    centre: tuple[float, float] = (106.55, 29.56)
    zoom: float = 11.0
    bounds: tuple[float, float, float, float] = (106.3, 29.4, 106.8, 29.75)
    origin: str = "citywide.example/evidence"  # the evidence log's name, chosen once
    jurisdiction: str = ""  # the Open311 jurisdiction_id; by default the city's English name

    def __post_init__(self) -> None:
        west, south, east, north = self.bounds
        lon, lat = self.centre
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError(f"bounds: {list(self.bounds)}; accepted: west, south, east, north in degrees")
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueError(f"centre: {list(self.centre)}; accepted: longitude and latitude in degrees")
        if not 0 <= self.zoom <= NEAREST:
            raise ValueError(f"zoom: {self.zoom}; accepted: 0 to {NEAREST:g}")
        if not re.fullmatch(r"[^\s+]+", self.origin):
            raise ValueError(f"origin: {self.origin!r}; accepted: a name without blanks and +, as notes are signed by")
        if not (self.name.en.strip() and self.name.zh.strip()):
            raise ValueError("name: en and zh say what the city is called; one of them is empty")
        for fault in unfit(self):
            raise ValueError(fault)

    def reaches(self, lon: float, lat: float) -> bool:
        """Whether a place is the city's, or no further from it than the city is wide."""
        west, south, east, north = self.bounds
        wide, tall = east - west, north - south
        return west - wide <= lon <= east + wide and south - tall <= lat <= north + tall

    @property
    def calendar(self) -> WorkingCalendar:
        """When the city's offices work."""
        return WorkingCalendar(self.country, self.zone, self.hours)


class Settings(Struct, frozen=True):
    """How a hub runs: its data folder, its database, its doors."""

    data: Path = Path(".citywide")
    archive: Path | None = None  # where days go that left the database; by default in the data folder
    city: Path | None = None
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    mqtt: str = ""
    peer_host: str = "127.0.0.1"
    behind: tuple[str, ...] = ()  # proxies whose word on the caller's address is believed
    certificate: Path | None = None
    certificate_key: Path | None = None
    keep_days: int = 90
    session_hours: int = 12
    post_quantum: bool = False  # checkpoints are signed by ML-DSA-44 as well
    more_systems: tuple[str, ...] = ()

    @property
    def archive_folder(self) -> Path:
        """Where days lie that left the database; workers on several machines must all see it."""
        return self.archive or self.data / "archive"

    @property
    def address(self) -> str:
        """Where the hub answers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"

    @property
    def session_length(self) -> timedelta:
        """How long a staff session lasts without signing in again."""
        return timedelta(hours=self.session_hours)

    def city_settings(self) -> CitySettings:
        """The city's own file, or the defaults of one that has none."""
        return read_city(self.city_file) if self.city_file else CitySettings()

    @property
    def city_file(self) -> Path | None:
        """Where the city says what is its own, if it does."""
        return self.city / "city.toml" if self.city else None


def read_city(file: Path) -> CitySettings:
    """A city's own file."""
    return read(file, CitySettings, TABLES)


VARIABLE = "CITYWIDE_SETTINGS"


def to_environment(settings: Settings) -> None:
    """Hand the settings to the worker processes that are about to start."""
    os.environ[VARIABLE] = json.encode(settings, enc_hook=str).decode()


def from_environment() -> Settings:
    """The settings that the parent process handed over."""
    return json.decode(os.environ[VARIABLE], type=Settings, dec_hook=lambda kind, value: kind(value))
