"""The simulated city's residents and the departments they call; what is truly wrong, or mended, is kept apart."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from citywide.hub import Entity, Point, Reading
from citywide.hub.simulated.twin import Answer, Order, Plan, TrueEvent, Weather, Word
from citywide.systems.hotline.simulated.call_backs import CallBacks
from citywide.systems.hotline.simulated.departments import Departments
from citywide.systems.hotline.simulated.matters import (
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
from citywide.systems.hotline.simulated.mending import Mending
from citywide.systems.hotline.simulated.pictures import picture

REMEMBERED = timedelta(days=42)
WITH_PHOTO = 0.15
DAY_S = 86_400.0
REPORTS = "/v1/hotline/reports"


class ResidentsTwin:
    """Residents with a telephone, and who mends; a former hotline has left the cases of six weeks."""

    def __init__(self, plan: Plan) -> None:
        self.rng = plan.rng("hotline")
        places = plan.of_kind("housing")
        self.homes: list[Point] = [place.at for place in places]
        self.camera = plan.rng("hotline.pictures")
        self.mending = Mending()
        self.departments = Departments(plan, self.mending)
        self.call_backs = CallBacks(plan.rng("hotline.call_backs"), self.mending)
        named = (Entity(f"place/{at + 1:04d}", "place", place.name.zh, place.at) for at, place in enumerate(places))
        self.entities: Sequence[Entity] = [*named, *(team.entity for team in self.departments.teams)]
        self._per_s = A_DAY_OF_A_MILLION * plan.population / 1e6 / DAY_S
        self._waiting: list[Telling] = []
        self._remembered = False
        self._next_cause: datetime | None = None
        self.troubles: list[Trouble] = []
        self.causes: list[Cause] = []
        self.told: list[Telling] = []
        self._telling: list[Telling] = []

    def step(self, now: datetime, seconds: float, weather: Weather) -> list[Reading]:
        """Let time pass up to `now`; things go wrong, and more in busy hours."""
        if self.homes:
            for _ in range(int(self.rng.poisson(self._per_s * seconds * weather.bustle))):
                began = now - timedelta(seconds=float(self.rng.random()) * seconds)
                self._happens(everyday(self.rng, self.homes, began))
            self._causes(now)
        return list(self.departments.step(now, seconds / max(0.7, weather.bustle)))

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """Departments take up what waits, go, and hand in; who reported will be asked."""
        self.call_backs.look(orders, now)
        return self.departments.obey(orders, now)

    def words(self, now: datetime) -> Iterator[Word]:
        """At first what the former hotline knew; then what residents say now, of their own accord or when asked."""
        if not self._remembered and self.homes:
            self._remembered = True
            yield Word("/v1/hotline/history", self._history(now))
        due = [telling for telling in self._waiting if telling.when <= now]
        if due:
            self._waiting = [telling for telling in self._waiting if telling.when > now]
            # nobody complains of what is mended already
            self._telling = [telling for telling in due if telling.trouble not in self.mending.ended]
            self.told += self._telling
            if self._telling:
                yield Word(REPORTS, [self._report(telling) for telling in self._telling])
        replies = list(self.call_backs.replies(now))
        if replies:
            yield Word("/v1/hotline/answers", replies)

    def answered(self, word: Word, answer: Any) -> None:
        """Each report is answered by the case that it led to, and the secret to follow it by."""
        if word.path == REPORTS:
            for telling, taken in zip(self._telling, answer, strict=True):
                if "case" in taken:
                    self.mending.leads_to(telling, taken["case"], taken["follow"])

    def truth(self) -> list[TrueEvent]:
        """Every trouble and every cause so far, by its place."""
        ended = self.mending.ended
        single = [TrueEvent("hotline", each.matter, _where(each.at), each.began, ended.get(each))
                  for each in self.troubles]  # fmt: skip
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
        chance = self.rng.random()
        photos = [base64.b64encode(picture(self.camera, 1.0)).decode()] if chance < WITH_PHOTO else []
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


def _where(at: Point) -> str:
    return f"{at.lon:.6f},{at.lat:.6f}"
