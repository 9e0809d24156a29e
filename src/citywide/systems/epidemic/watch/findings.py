"""What was found in every series today: as readings, as explanations, and as what is kept of them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from citywide.hub import Reading, Text
from citywide.hub.database.pool import Database, Row
from citywide.systems.epidemic.engine.detect import Alarm as Finding
from citywide.systems.epidemic.engine.detect import SetAside, explain, neighbourhoods, watch
from citywide.systems.epidemic.engine.detect.neighbours import NO_NEIGHBOURS, Neighbourhoods
from citywide.systems.epidemic.model import Series
from citywide.systems.epidemic.own_tables import SQL

Floats = NDArray[np.float64]
STRONG = np.log(10.0)  # what a place's own counts must say for it: ten to one
GOES_ON = 10  # times the chance at which it begins to ring, so that one outbreak is one case
ROUGHLY = 5  # excesses are published to the nearest five, so that no small count can be worked out from them


class Table(Struct, frozen=True):
    """Weekly counts [places × series, weeks] of one kind of place, -1 where not known; they end with `newest`.

    `counts` are as if no day were missing; `counted` is what was said.
    """

    names: list[tuple[Row, Series]]
    newest: date
    counts: Floats
    counted: Floats

    @property
    def places(self) -> list[Row]:
        """The places, in the order of the rows."""
        return list({place["number"]: place for place, _ in self.names}.values())


class Judged(Struct, frozen=True):
    """What was found in one series today."""

    place: Row
    series: Series
    finding: Finding
    ringing: bool


def judge(table: Table, counts: Floats, rate: float, rang: Collection[tuple[int, str]] = ()) -> Iterator[Judged]:
    """The newest week of every series against its own past and its neighbours; `rang` are those that rang before.

    It begins to ring for more than is usual this week: weeks past say nothing of an outbreak that is over.
    """
    found = watch(counts, counts.shape[1] - 1, near(table.places))
    grows = counts[:, -1] > found.usual.expected[:, -1, 0]
    begins, goes_on = found.alarms(rate)[:, -1] & grows, found.alarms(GOES_ON * rate)[:, -1]
    for number in np.flatnonzero(counts[:, -1] >= 0).tolist():
        place, series = table.names[number]
        finding = explain(found, counts, number, place["name"], series.label.en)
        itself = found.own[number, -1] >= STRONG  # not for its neighbours' sake alone
        ringing = (begins[number] and itself) or (goes_on[number] and (place["number"], series.name) in rang)
        counted = np.where(counts[number] < 0, 0, table.counted[number])  # what was set aside is no part of it
        yield Judged(place, series, as_counted(finding, counted), bool(ringing and finding.excess > 0))


def as_counted(finding: Finding, counted: Floats) -> Finding:
    """A finding in the people that were truly counted, with what is usual on as many days."""
    people = int(counted[len(counted) - finding.weeks :].sum())
    share = people / finding.observed if finding.observed else 1.0
    return replace(finding, observed=people, expected=share * finding.expected)


def near(places: Sequence[Row]) -> Neighbourhoods:
    """Places near one another; none where it is not known of one of them where it is."""
    if any(row["lon"] is None for row in places) or not places:
        return NO_NEIGHBOURS
    lon, lat = np.array([(row["lon"], row["lat"]) for row in places], np.float64).T
    metres = 111_195.0
    return neighbourhoods(np.stack([metres * lon * np.cos(np.radians(lat.mean())), metres * lat], axis=1))


def readings(one: Judged, now: datetime) -> Iterator[Reading]:
    """What was found, as readings: the excess is nought unless it rings."""
    finding = one.finding
    about = max(ROUGHLY, ROUGHLY * round(finding.excess / ROUGHLY)) if one.ringing else 0
    values = {"usual": finding.expected, "chance": finding.p_value, "excess": about}
    for name, value in values.items():
        yield Reading(one.place["id"], f"{name}_{one.series.name}", now, round(value, 6))


def words(finding: Finding, series: Series, minimum: int) -> Text:
    """Where, what, how many more than usual and how often by chance; few people are not counted out."""
    few = finding.observed < minimum
    people = f"< {minimum}" if few else f"{finding.observed}"
    time = ("this week", "本周") if finding.weeks == 1 else (f"in {finding.weeks} weeks", f"{finding.weeks} 周内")
    often = "0.01" if few and finding.p_value < 0.01 else f"{finding.p_value:.1g}"
    less = ("less than ", "不到 ") if few and finding.p_value < 0.01 else ("", "")
    return Text(
        f"{finding.where}, {series.label.en}: {people} {series.counts.en} {time[0]} where {finding.expected:.1f} are "
        f"usual; a quiet week looks like this with a chance of {less[0]}{often}",
        f"{finding.where}，{series.label.zh}：{time[1]}{series.counts.zh} {people}，常量 {finding.expected:.1f}；"
        f"平常周出现此情形的概率为 {less[1]}{often}",
    )


def keep(database: Database, table: Table, judged: Sequence[Judged], aside: Sequence[SetAside], minimum: int) -> None:
    """Write down every judgement of the day, and what took no part."""
    with database.transaction() as connection, connection.cursor() as cursor:
        cursor.executemany(SQL["put_signal"], [_signal(one, table.newest, minimum) for one in judged])
        cursor.execute(SQL["forget_signals"], {"day": table.newest})
        cursor.execute(SQL["forget_set_aside"], {"places": [place["number"] for place in table.places]})
        cursor.executemany(SQL["put_set_aside"], [_aside(table, one) for one in aside])


def _signal(one: Judged, day: date, minimum: int) -> dict[str, object]:
    finding, says = one.finding, words(one.finding, one.series, minimum)
    return {
        "place": one.place["number"], "kind": one.series.name, "day": day, "observed": finding.observed,
        "expected": finding.expected, "weeks": finding.weeks, "p_value": finding.p_value,
        "ringing": one.ringing, "says": Jsonb({"en": says.en, "zh": says.zh}),
    }  # fmt: skip


def _aside(table: Table, one: SetAside) -> dict[str, object]:
    place, series = table.names[one.series]
    week = table.newest - timedelta(weeks=table.counts.shape[1] - 1 - one.week)
    return {"place": place["number"], "kind": series.name, "week": week, "why": one.why}
