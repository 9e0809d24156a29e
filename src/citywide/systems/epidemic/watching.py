"""Every day the triangle is read, all series are watched, and what is found becomes readings and explanations."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from citywide.hub import Reading, Text
from citywide.hub.database.pool import Database, Row
from citywide.hub.running import Hub
from citywide.systems.epidemic.engine.detect import SetAside, explain, neighbourhoods, screen, watch
from citywide.systems.epidemic.engine.detect import Alarm as Finding
from citywide.systems.epidemic.engine.detect.neighbours import NO_NEIGHBOURS, Neighbourhoods
from citywide.systems.epidemic.engine.privacy import MINIMUM
from citywide.systems.epidemic.model import FALSE_ALARM_RATE, LABEL, SYNDROMES
from citywide.systems.epidemic.record import SQL

Floats = NDArray[np.float64]
FEWEST_WEEKS = 12
FEWEST_DAYS = 4  # of a week; the others are taken to be like them
WAIT = timedelta(hours=8)  # a week is watched eight hours after its last day
KINDS = tuple(syndrome.name for syndrome in SYNDROMES)


class Table(Struct, frozen=True):
    """Weekly counts [places × kinds, weeks], -1 where not known; the weeks end with `newest`."""

    hospitals: list[Row]
    newest: date
    counts: Floats

    def series(self, number: int) -> tuple[Row, str]:
        """The hospital and the syndrome of a row."""
        return self.hospitals[number // len(KINDS)], KINDS[number % len(KINDS)]


class Judged(Struct, frozen=True):
    """What was found in one series today."""

    hospital: Row
    kind: str
    finding: Finding
    ringing: bool


def watch_over(hub: Hub) -> None:
    """Take the new reports in, judge every series, keep the explanations, submit the numbers."""
    zone, now = hub.city.zone, hub.clock.now()
    with hub.database.transaction() as connection:
        connection.execute(SQL["take_reports"], {"zone": zone})
    table = weekly(hub.database, (now - WAIT).astimezone(ZoneInfo(zone)).date() - timedelta(days=1), now, zone)
    if table.counts.shape[1] < FEWEST_WEEKS:
        return
    clean = screen(table.counts)
    judged = list(judge(table, clean.counts, false_alarm_rate(hub.database)))
    keep(hub.database, table, judged, clean.set_aside)
    hub.submit([reading for one in judged for reading in readings(one, now)])


def weekly(database: Database, newest: date, now: datetime, zone: str) -> Table:
    """Whole weeks back from a day, each as it was known when it was watched."""
    hospitals = database.rows(SQL["hospitals"])
    values = {"newest": newest, "now": now, "zone": zone, "wait": WAIT}
    said = database.rows(SQL["days_as_known"], values)
    weeks = max(((newest - row["day"]).days // 7 + 1 for row in said), default=0)
    total, days = np.zeros((2, len(hospitals) * len(KINDS), weeks))
    row_of = {hospital["number"]: at * len(KINDS) for at, hospital in enumerate(hospitals)}
    for row in said:
        if row["kind"] in KINDS and row["place"] in row_of:
            at = row_of[row["place"]] + KINDS.index(row["kind"]), weeks - 1 - (newest - row["day"]).days // 7
            total[at] += row["count"]
            days[at] += 1
    counts = np.where(days >= FEWEST_DAYS, np.rint(total * 7 / np.maximum(days, 1)), -1.0)
    return Table(hospitals, newest, counts)


def judge(table: Table, counts: Floats, rate: float) -> Iterator[Judged]:
    """The newest week of every series against its own past and its neighbours."""
    found = watch(counts, counts.shape[1] - 1, near(table.hospitals))
    ringing = found.alarms(rate)[:, -1]
    for number in np.flatnonzero(counts[:, -1] >= 0).tolist():
        hospital, kind = table.series(number)
        finding = explain(found, counts, number, hospital["name"], LABEL[kind].en)
        yield Judged(hospital, kind, finding, bool(ringing[number] and finding.excess > 0))


def near(hospitals: Sequence[Row]) -> Neighbourhoods:
    """Hospitals near one another; none where a hospital's place is not known."""
    if any(row["lon"] is None for row in hospitals) or not hospitals:
        return NO_NEIGHBOURS
    lon, lat = np.array([(row["lon"], row["lat"]) for row in hospitals], np.float64).T
    metres = 111_195.0
    return neighbourhoods(np.stack([metres * lon * np.cos(np.radians(lat.mean())), metres * lat], axis=1))


def readings(one: Judged, now: datetime) -> Iterator[Reading]:
    """What was found, as readings: the excess is nought unless it rings."""
    finding = one.finding
    values = {"usual": finding.expected, "chance": finding.p_value, "excess": finding.excess if one.ringing else 0.0}
    for name, value in values.items():
        yield Reading(one.hospital["id"], f"{name}_{one.kind}", now, round(value, 6))


def words(finding: Finding, kind: str) -> Text:
    """Where, what, how many more than usual and how often by chance; few people are not counted out."""
    people = f"{finding.observed}" if finding.observed >= MINIMUM else f"< {MINIMUM}"
    time = ("this week", "本周") if finding.weeks == 1 else (f"in {finding.weeks} weeks", f"{finding.weeks} 周内")
    label = LABEL[kind]
    often = f"{finding.p_value:.1g}"
    return Text(
        f"{finding.where}, {label.en}: {people} visits {time[0]} where {finding.expected:.1f} are usual; "
        f"a quiet week looks like this with a chance of {often}",
        f"{finding.where}，{label.zh}：{time[1]}就诊 {people} 人次，常量 {finding.expected:.1f}；"
        f"平常周出现此情形的概率为 {often}",
    )


def keep(database: Database, table: Table, judged: Sequence[Judged], aside: Sequence[SetAside]) -> None:
    """Write down every judgement of the day, and what took no part."""
    with database.transaction() as connection, connection.cursor() as cursor:
        cursor.executemany(SQL["put_signal"], [_signal(one, table.newest) for one in judged])
        cursor.execute(SQL["forget_signals"], {"day": table.newest})
        cursor.execute(SQL["forget_set_aside"])
        cursor.executemany(SQL["put_set_aside"], [_aside(table, one) for one in aside])


def false_alarm_rate(database: Database) -> float:
    """The share of quiet series-weeks that may ring, as the city has set it."""
    found = database.rows(SQL["false_alarm_rate"])
    return float(found[0]["rate"]) if found else FALSE_ALARM_RATE


def _signal(one: Judged, day: date) -> dict[str, object]:
    finding, says = one.finding, words(one.finding, one.kind)
    return {
        "place": one.hospital["number"], "kind": one.kind, "day": day, "observed": finding.observed,
        "expected": finding.expected, "weeks": finding.weeks, "p_value": finding.p_value,
        "ringing": one.ringing, "says": Jsonb({"en": says.en, "zh": says.zh}),
    }  # fmt: skip


def _aside(table: Table, one: SetAside) -> dict[str, object]:
    hospital, kind = table.series(one.series)
    week = table.newest - timedelta(weeks=table.counts.shape[1] - 1 - one.week)
    return {"place": hospital["number"], "kind": kind, "week": week, "why": one.why}
