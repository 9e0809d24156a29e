"""The simulated city's departments: an office that takes up what waits, and teams that go and mend."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from citywide.hub import Entity, Reading, Text
from citywide.hub.simulated.twin import Answer, Order, Place, Plan
from citywide.hub.simulated.ways import Mover
from citywide.systems.hotline.model import DEPARTMENTS, TEAM
from citywide.systems.hotline.simulated.matters import BY_NAME
from citywide.systems.hotline.simulated.mending import Mending
from citywide.systems.hotline.simulated.teams import Manners, Team

TEAMS_OF_A_MILLION = 3
POSITION_EVERY_S = 300
ZONE, DAY_SHIFT = ZoneInfo("Asia/Shanghai"), (7.5, 19.5)
LOOKED_AT_MOST_H = 8.0


class Departments:
    """Every department that answers for residents' matters."""

    def __init__(self, plan: Plan, mending: Mending) -> None:
        self.rng, self.mending = plan.rng("hotline.departments"), mending
        self.manners = {name: _manners(self.rng) for name in DEPARTMENTS}
        homes = plan.of_kind("housing")
        each = max(1, round(TEAMS_OF_A_MILLION * plan.population / 1e6)) if homes else 0
        self.teams = [self._team(plan, homes, name, number) for name in DEPARTMENTS for number in range(each)]
        self._ready: dict[tuple[int, int], datetime] = {}

    def step(self, now: datetime, seconds: float) -> Iterator[Reading]:
        """Let the teams drive; where they are."""
        for team in self.teams:
            team.drive.move(seconds)
            if team.drive.moving or int(now.timestamp()) % POSITION_EVERY_S == 0:
                yield Reading(team.entity.id, "position_lon", now, round(team.drive.at.lon, 6))
                yield Reading(team.entity.id, "position_lat", now, round(team.drive.at.lat, 6))

    def obey(self, orders: Sequence[Order], now: datetime) -> list[Answer]:
        """What the teams do about their orders, and what the free ones take up."""
        by_unit: dict[str, list[Order]] = {}
        for order in orders:
            by_unit.setdefault(order.unit, []).append(order)
        said = [team.obey(_next(team, by_unit.get(team.entity.id, ())), self.mending, now) for team in self.teams]
        free = [team for team in self.teams if team.case is None]
        return [*(answer for answer in said if answer), *self._accept(by_unit.get("", []), free, now)]

    def _accept(self, waiting: Sequence[Order], free: list[Team], now: datetime) -> Iterator[Answer]:
        """The office looks at a case after a while, by day unless it is urgent; the nearest free team takes it."""
        seen = {(order.case, order.reopened): order for order in waiting if order.category in BY_NAME}
        for key, order in seen.items():
            self._ready.setdefault(key, now + self._pause(order))
        self._ready = {key: ready for key, ready in self._ready.items() if key in seen}
        for key, order in seen.items():  # the most urgent stand first
            able = [team for team in free if team.entity.department == order.department]
            if able and self._ready[key] <= now and (BY_NAME[order.category].day_and_night or _is_day(now)):
                team = min(able, key=lambda team, order=order: _way_m(team, order))
                free.remove(team)
                yield Answer(order.case, "accept", unit=team.entity.id)

    def _pause(self, order: Order) -> timedelta:
        hours = min(LOOKED_AT_MOST_H, BY_NAME[order.category].hours)
        pause = self.manners[order.department].pause if order.department in self.manners else 0.1
        return timedelta(hours=hours * float(self.rng.exponential(pause)))

    def _team(self, plan: Plan, homes: Sequence[Place], department: str, number: int) -> Team:
        base = homes[int(self.rng.integers(len(homes)))]
        name = Text(f"{base.name.en.split()[0]} team", f"{base.name.zh.removesuffix('小区')}处置队").both
        entity = Entity(f"team/{department}-{number + 1}", TEAM.name, name, base.at, department, {"on_shift": True})
        return Team(entity, Mover(plan.streets, base.at), self.manners[department], self.rng)


def _manners(rng: np.random.Generator) -> Manners:
    pause = float(np.clip(rng.lognormal(np.log(0.12), 0.8), 0.02, 0.6))
    return Manners(pause, float(rng.uniform(0.7, 1.6)), float(rng.uniform(0.02, 0.22)))


def _next(team: Team, orders: Sequence[Order]) -> Order | None:
    """The order that the team is at, or the first of those it was given."""
    return next((order for order in orders if order.case == team.case), orders[0] if orders else None)


def _way_m(team: Team, order: Order) -> float:
    return team.drive.at.distance_m(order.place) if order.place else 0.0


def _is_day(now: datetime) -> bool:
    here = now.astimezone(ZONE)
    return DAY_SHIFT[0] <= here.hour + here.minute / 60 < DAY_SHIFT[1]
