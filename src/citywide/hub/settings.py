"""What differs from one installation to the next."""

import os
from datetime import time, timedelta
from pathlib import Path

from msgspec import MsgspecError, Struct, json, toml

from citywide.hub.vocabulary.own import Own
from citywide.kit.calendars import OFFICE_HOURS, WorkingCalendar
from citywide.kit.commands import NotPossibleError
from citywide.kit.text import Text


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
        return read_city(self.city / "city.toml") if self.city else CitySettings()


class CityFileError(NotPossibleError):
    """A city's file that says nothing, or something else than a city is told by."""


def read_city(file: Path) -> CitySettings:
    """A city's own file."""
    try:
        return toml.decode(file.read_bytes(), type=CitySettings)
    except MsgspecError as error:
        raise CityFileError(f"{file}: {error}") from error


VARIABLE = "CITYWIDE_SETTINGS"


def to_environment(settings: Settings) -> None:
    """Hand the settings to the worker processes that are about to start."""
    os.environ[VARIABLE] = json.encode(settings, enc_hook=str).decode()


def from_environment() -> Settings:
    """The settings that the parent process handed over."""
    return json.decode(os.environ[VARIABLE], type=Settings, dec_hook=lambda kind, value: kind(value))
