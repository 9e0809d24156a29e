"""The simulated city's weather: storms of moving cells, the first of them soon after the city wakes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from citywide.systems.waterlogging.engine.storms import storm

Array = NDArray[np.float64]
STEPS = 96
STEP_S = 300.0
FRONT_M_PER_S = 9.0
FIRST_AFTER = timedelta(minutes=8)
DAILY_CHANCE = 0.45


class Storm(Struct, frozen=True):
    """A storm: its line of rain, its wind in metres a second, and the cells that ride on it."""

    began: datetime
    rain: Array
    wind: Array
    cells: Array
    wide: Array
    gain: Array

    def rain_mm(self, xy: Array, now: datetime) -> Array:
        """Millimetres per five minutes at each place now."""
        passed = (now - self.began).total_seconds()
        lag = passed - xy @ self.wind / max(float(self.wind @ self.wind), 1e-9)
        falling = np.interp(lag / STEP_S - 0.5, np.arange(STEPS), self.rain, left=0.0, right=0.0)
        cells = self.cells + self.wind * passed
        near = np.exp(-(((xy[:, None] - cells) / self.wide[:, None]) ** 2).sum(axis=2))
        return falling * (0.65 + near @ self.gain)


class Sky:
    """Rain and warmth over a city of some reach, from `start` on."""

    def __init__(self, seed: int, reach: float, start: datetime, daily_chance: float = DAILY_CHANCE) -> None:
        self.seed, self.reach, self.start, self.daily_chance = seed, reach, start, daily_chance
        self._days: dict[int, list[Storm]] = {}

    def rain_mm(self, xy: Array, now: datetime) -> Array:
        """Millimetres per five minutes at each place, read to what a drop can be."""
        fallen = sum((each.rain_mm(xy, now) for each in self._storms(now)), np.zeros(len(xy)))
        return np.where(fallen < 0.005, 0.0, fallen)

    def temperature_c(self, now: datetime) -> float:
        """Warmest at three in the afternoon, cooler in the rain."""
        local = (now.astimezone(UTC).hour + now.minute / 60 + 8) % 24
        season = np.cos((now.timetuple().tm_yday - 205) / 365 * 2 * np.pi)
        return float(18 + 10 * season + 4 * np.cos((local - 15) / 24 * 2 * np.pi))

    def _storms(self, now: datetime) -> Iterator[Storm]:
        today = (now - self.start) // timedelta(days=1)
        for day in (today - 1, today):
            if day not in self._days:
                self._days[day] = list(self._of_day(day)) if day >= 0 else []
            yield from self._days[day]

    def _of_day(self, day: int) -> Iterator[Storm]:
        rng = np.random.default_rng([self.seed, 77, day])
        if day == 0:
            yield _storm(rng, self.reach, self.start + FIRST_AFTER, _first(rng))
        elif rng.random() < self.daily_chance:
            began = self.start + timedelta(days=day, hours=float(rng.uniform(0, 22)))
            yield _storm(rng, self.reach, began, storm(rng, STEPS))


def _first(rng: np.random.Generator) -> Array:
    """A downpour that comes at once: a quarter of an hour to its peak, spent after two hours."""
    at = np.arange(STEPS)
    shape = np.where(at < 5, (at + 1) / 5, np.exp(-(at - 5) / 7.0)) * np.where(at < 28, 1, 0)
    rough = shape * np.exp(rng.normal(0, 0.22, STEPS))
    return rough / rough.sum() * rng.uniform(14, 18)


def _storm(rng: np.random.Generator, reach: float, began: datetime, rain: Array) -> Storm:
    heading = rng.uniform(0, 2 * np.pi)
    wind = FRONT_M_PER_S * np.array([np.cos(heading), np.sin(heading)])
    count = int(rng.integers(4, 9))
    cells = rng.uniform(-1.3, 1.3, (count, 2)) * reach - wind * rng.uniform(0, 5400, (count, 1))
    wide, gain = rng.uniform(0.25, 0.6, count) * reach, rng.uniform(0.2, 0.8, count)
    return Storm(began + timedelta(seconds=reach / FRONT_M_PER_S * 0.4), rain, wind, cells, wide, gain)
