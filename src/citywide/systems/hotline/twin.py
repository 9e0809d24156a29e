"""The simulated city's residents: they call and report what goes wrong; what truly went wrong is kept apart."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from citywide.hub import Entity, Point, Reading
from citywide.hub.twin import Answer, Order, Plan, TrueEvent, Weather, Word
from citywide.systems.hotline.matters import (
    A_DAY_OF_A_MILLION,
    CAUSE_EVERY,
    CAUSE_LASTS,
    Cause,
    Telling,
    Trouble,
    a_cause,
    everyday,
    matter_of,
    of_cause,
)

REMEMBERED = timedelta(days=42)
WITH_PHOTO = 0.15
DAY_S = 86_400.0


class ResidentsTwin:
    """Residents with a telephone; a former hotline has left the cases of six weeks."""

    def __init__(self, plan: Plan) -> None:
        self.rng = plan.rng("hotline")
        places = plan.of_kind("housing")
        self.homes: list[Point] = [place.at for place in places]
        self.entities: Sequence[Entity] = [
            Entity(f"place/{number + 1:04d}", "place", place.name.zh, place.at) for number, place in enumerate(places)
        ]
        self._per_s = A_DAY_OF_A_MILLION * plan.population / 1e6 / DAY_S
        self._waiting: list[Telling] = []
        self._remembered = False
        self._next_cause: datetime | None = None
        self.troubles: list[Trouble] = []
        self.causes: list[Cause] = []
        self.told: list[Telling] = []

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; things go wrong, and more in busy hours."""
        if self.homes:
            for _ in range(int(self.rng.poisson(self._per_s * seconds * weather.bustle))):
                began = now - timedelta(seconds=float(self.rng.random()) * seconds)
                self._happens(everyday(self.rng, self.homes, began))
            self._causes(now)
        return []

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """Residents are sent nowhere."""
        del orders, now
        return []

    def words(self, now: datetime) -> Iterator[Word]:
        """At first what the former hotline knew; then what residents say now."""
        if not self._remembered and self.homes:
            self._remembered = True
            yield Word("/v1/hotline/history", self._history(now))
        due = [telling for telling in self._waiting if telling.when <= now]
        if due:
            self._waiting = [telling for telling in self._waiting if telling.when > now]
            self.told += due
            yield Word("/v1/hotline/reports", [self._report(telling) for telling in due])

    def truth(self) -> list[TrueEvent]:
        """Every trouble and every cause so far, by its place."""
        single = [TrueEvent("hotline", each.matter, _where(each.at), each.began) for each in self.troubles]
        return single + [
            TrueEvent("hotline", f"cause of {each.matter}", _where(each.at), each.began, each.began + CAUSE_LASTS)
            for each in self.causes
        ]

    def _causes(self, now: datetime) -> None:
        self._next_cause = self._next_cause or now + CAUSE_EVERY / 4
        if now >= self._next_cause:
            cause = a_cause(self.rng, self.homes, now)
            self._happens(of_cause(self.rng, cause, len(self.causes)))
            self.causes.append(cause)
            self._next_cause = now + CAUSE_EVERY * float(0.75 + self.rng.random() / 2)

    def _happens(self, tellings: list[Telling]) -> None:
        self._waiting += tellings
        self.troubles += dict.fromkeys(telling.trouble for telling in tellings)

    def _report(self, telling: Telling) -> dict[str, Any]:
        photos = [_photo(self.rng)] if self.rng.random() < WITH_PHOTO else []
        return {"text": telling.text, "place": [telling.at.lon, telling.at.lat], "photos": photos}

    def _history(self, now: datetime) -> list[dict[str, Any]]:
        """Six weeks of closed cases, one for each trouble."""
        count = int(self.rng.poisson(self._per_s * REMEMBERED.total_seconds()))
        ages = np.sort(self.rng.random(count))[::-1] * REMEMBERED.total_seconds()
        return [self._past(now - timedelta(seconds=age)) for age in ages.tolist()]

    def _past(self, opened: datetime) -> dict[str, Any]:
        telling = everyday(self.rng, self.homes, opened, past=True)[0]
        took = timedelta(hours=matter_of(telling.trouble.matter).hours * float(self.rng.random()))
        return {"text": telling.text, "category": telling.trouble.matter, "opened": opened, "closed": opened + took,
                "place": [telling.at.lon, telling.at.lat]}  # fmt: skip


def _photo(rng: np.random.Generator) -> str:
    """A small picture of nothing in particular, as a telephone sends it."""
    pixels = np.kron(rng.integers(0, 255, (6, 8, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    written = BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=60)
    return base64.b64encode(written.getvalue()).decode()


def _where(at: Point) -> str:
    return f"{at.lon:.6f},{at.lat:.6f}"
