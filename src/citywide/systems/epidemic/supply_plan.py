"""Where beds, vaccines or tests go under the newest forecast: a plan by district with the reason of each line."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub import Text
from citywide.hub.database.pool import rows
from citywide.hub.evidence.write import witness
from citywide.systems.epidemic.analysis.weeks import CITY
from citywide.systems.epidemic.engine.allocation import Need, Stock, plan
from citywide.systems.epidemic.engine.scores import LEVELS
from citywide.systems.epidemic.model import DEPARTMENT
from citywide.systems.epidemic.own_tables import SQL

Floats = NDArray[np.float64]
COLUMNS = ("week", "place", "need_median", "need_high", "at_hand", "sent", "short_chance", "says")
MIDDLE, HIGH = 11, 21  # of the 23 levels: the median, 97.5 %


class Thing(Struct, frozen=True):
    """What is placed: its name, whether it keeps from week to week, and how many a visit usually asks for."""

    label: Text
    keeps: bool
    a_visit: float


THINGS = {
    "beds": Thing(Text("beds", "床位"), keeps=False, a_visit=0.12),
    "tests": Thing(Text("tests", "检测试剂"), keeps=True, a_visit=1.5),
    "vaccines": Thing(Text("vaccines", "疫苗"), keeps=True, a_visit=8.0),
}


class Wish(Struct, frozen=True):
    """What is to be placed: so many new each week, so many in the districts already, for one syndrome's forecast."""

    what: str
    kind: str
    available: float
    at_hand: float = 0.0
    a_visit: float | None = None
    least_share: float = 0.3

    def faults(self, kinds: Sequence[str]) -> list[tuple[str, str, str]]:
        """What cannot be planned: where, what, and what would be accepted."""
        checks = [
            (self.what in THINGS, "what", f"unknown thing {self.what!r}", ", ".join(THINGS)),
            (self.kind in kinds, "kind", f"unknown syndrome {self.kind!r}", ", ".join(kinds)),
            (0 <= self.available < 1e7, "available", f"{self.available:g} a week", "0 to 10,000,000"),
            (0 <= self.at_hand < 1e7, "at_hand", f"{self.at_hand:g} at hand", "0 to 10,000,000"),
            (0 <= self.least_share <= 1, "least_share", f"a share of {self.least_share:g}", "0 to 1"),
            (self.a_visit is None or 0 < self.a_visit <= 1000, "a_visit", f"{self.a_visit} a visit", "0 to 1000"),
        ]
        return [(where, what, accepted) for good, where, what, accepted in checks if not good]


class NothingForecastError(ValueError):
    """There is no forecast to plan by yet."""


def allocate(connection: Connection, wish: Wish, label: Text, who: str, now: datetime) -> list[dict[str, Any]]:
    """Plan, keep the plan with its reasons, write the decision down; returns its lines."""
    found = rows(connection, SQL["newest_forecast"], {"kind": wish.kind})
    places = sorted({row["place"] for row in found} - {CITY})
    weeks = sorted({row["week"] for row in found if row["week"] >= now.date()})
    if not places or not weeks:
        raise NothingForecastError("there is no forecast for the weeks to come yet")
    need = _need(found, places, weeks, wish.a_visit or THINGS[wish.what].a_visit)
    stock = _stock(connection, wish, places, len(weeks))
    sent = whole(plan(need, stock))
    lines = [_line(wish, need, stock, sent, p, w) | {"place": places[p], "week": weeks[w]}
             for w in range(len(weeks)) for p in range(len(places))]  # fmt: skip
    _keep(connection, wish, label, lines, who, now)
    return lines


def whole(sent: Floats) -> Floats:
    """Whole things: what is left over each week goes where the largest parts were cut off."""
    down = np.floor(sent + 1e-6)
    for week in range(sent.shape[1]):
        rest = sent[:, week] - down[:, week]
        down[np.argsort(-rest, kind="stable")[: int(rest.sum() + 1e-6)], week] += 1
    return down


def short_chance(quantiles: Floats, there: float) -> float:
    """The chance that the need exceeds what is there."""
    rising = np.maximum.accumulate(quantiles)
    if there >= rising[-1]:
        return float(1 - LEVELS[-1])
    return float(1 - np.interp(there, rising, LEVELS, left=0.0))


def _need(found: Sequence[dict[str, Any]], places: list[str], weeks: list[date], a_visit: float) -> Need:
    by_cell = {(row["place"], row["week"]): row["quantiles"] for row in found}
    table = [[by_cell[place, week] for week in weeks] for place in places]
    return Need(a_visit * np.array(table, np.float64), LEVELS.astype(np.float64))


def _stock(connection: Connection, wish: Wish, places: list[str], weeks: int) -> Stock:
    beds = {row["district"]: row["beds"] for row in rows(connection, SQL["beds_of_districts"])}
    size = np.array([float(beds.get(place, 0.0)) for place in places]) + 1e-9
    thing = THINGS[wish.what]
    return Stock(wish.at_hand * size / size.sum(), np.full(weeks, wish.available), thing.keeps, wish.least_share)


def _line(wish: Wish, need: Need, stock: Stock, sent: Floats, place: int, week: int) -> dict[str, Any]:
    """One district's week: what it has and gets, what it may need, and why it gets that."""
    until = slice(0, week + 1) if stock.keeps else slice(week, week + 1)
    wanted = need.quantiles[place, until].sum(axis=0)
    there = float(stock.at_place[place] + sent[place, until].sum())
    risk = short_chance(wanted, there)
    bare = short_chance(wanted, float(stock.at_place[place] + sent[place, until].sum() - sent[place, week]))
    thing = THINGS[wish.what].label
    until_then = ("by then", "累计") if stock.keeps else ("in that week", "当周")
    says = Text(
        f"{wanted[MIDDLE]:.0f} {thing.en} are likely to be needed {until_then[0]}, {wanted[HIGH]:.0f} at worst; "
        f"with {there:.0f} there the chance of a shortage is {risk:.0%} instead of {bare:.0%}",
        f"{until_then[1]}可能需要{thing.zh} {wanted[MIDDLE]:.0f}，最多 {wanted[HIGH]:.0f}；"
        f"到位 {there:.0f} 后短缺概率由 {bare:.0%} 降至 {risk:.0%}",
    )
    return {
        "at_hand": float(stock.at_place[place]), "sent": float(sent[place, week]),
        "need_median": float(need.quantiles[place, week, MIDDLE]),
        "need_high": float(need.quantiles[place, week, HIGH]),
        "short_chance": risk, "says": says,
    }  # fmt: skip


def _keep(
    connection: Connection, wish: Wish, label: Text, lines: Sequence[dict[str, Any]], who: str, now: datetime
) -> None:
    thing, total = THINGS[wish.what].label, sum(line["sent"] for line in lines)
    says = Text(f"{who} planned {total:.0f} {thing.en} for {label.en}", f"{who} 为{label.zh}分配{thing.zh} {total:.0f}")
    values = {"made": now, "by": who, "what": wish.what, "available": wish.available, "says": _json(says)}
    row = connection.execute(SQL["put_allocation"], values).fetchone()
    assert row is not None
    cells = [line | {"allocation": row[0], "says": _json(line["says"])} for line in lines]
    connection.cursor().executemany(SQL["put_allocated"], cells)
    witness(connection, "decision", says, department=DEPARTMENT, at=now, who=who)


def _json(says: Text) -> Jsonb:
    return Jsonb({"en": says.en, "zh": says.zh})
