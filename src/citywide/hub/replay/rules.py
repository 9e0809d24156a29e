"""A rule over the city's history: which alarms it would have raised, beside those that were raised."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from msgspec import Struct

from citywide.hub.database.pool import Database
from citywide.hub.database.queries import sql
from citywide.hub.readings.archive import Found, archived
from citywide.hub.readings.history import fetched, joined
from citywide.hub.rules.evaluator import Evaluator, Transition
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.signals import Difference, Drift, Rate, Ratio, Silence, Stuck, Window
from citywide.kit.clock import microseconds, moment

AT_LEAST = timedelta(days=1)
STRIDE = timedelta(hours=6)
TICK_US = 60_000_000


class WouldBe(Struct):
    """One alarm as the rule would have had it; `cleared` stays empty while it would still stand."""

    entity: str
    raised: datetime
    value: float
    cleared: datetime | None = None


def would_raise(database: Database, folder: Path, rule: Rule, begin: datetime, end: datetime) -> list[WouldBe]:
    """What this rule would have raised between two moments, archived days (their files lie in `folder`) included."""
    evaluator, names = Evaluator([rule]), dict[int, str]()
    other = rule.signal.other if isinstance(rule.signal, Difference | Ratio) else rule.quantity
    concerned = database.rows(sql("series_of_quantities"), {"quantities": [rule.quantity, other]})
    for (quantity, kind), group in groupby(concerned, key=itemgetter("quantity", "kind")):
        rows = list(group)
        names |= {row["number"]: row["id"] for row in rows}
        numbers, entities = (np.array([row[column] for row in rows]) for column in ("number", "entity"))
        evaluator.add_series(numbers, entities, quantity, kind)
    told: list[WouldBe] = []
    standing: dict[int, WouldBe] = {}
    for transition in _transitions(database, folder, evaluator, rule, sorted(names), begin - _remembers(rule), end):
        _tell(transition, names, standing, told)
    return [alarm for alarm in told if alarm.raised >= begin]


def _remembers(rule: Rule) -> timedelta:
    """How far back the rule must look to know what it knew: what rang before stands, and is not raised again."""
    signal, back = rule.signal, rule.hold
    if isinstance(signal, Rate | Window | Drift):
        back += signal.over * (12 if isinstance(signal, Drift) else 2)
    if isinstance(signal, Silence | Stuck):
        back += timedelta(seconds=2 * (rule.above or 0))
    return max(AT_LEAST, back)


def did_raise(database: Database, rule: str, begin: datetime, end: datetime) -> list[WouldBe]:
    """What the rule of that name did raise."""
    found = database.rows(sql("alarms_of_rule"), {"rule": rule, "begin": begin, "end": end})
    return [WouldBe(row["id"], row["raised"], row["value"], row["cleared"]) for row in found]


def _transitions(
    database: Database, folder: Path, evaluator: Evaluator, rule: Rule, series: Sequence[int],
    begin: datetime, end: datetime,
) -> Iterator[Transition]:  # fmt: skip
    silence = isinstance(rule.signal, Silence)
    while begin < end:
        until = min(begin + STRIDE, end)
        found = _readings(database, folder, series, begin, until)
        yield from _fold(evaluator, found, range(microseconds(begin), microseconds(until), TICK_US) if silence else ())
        begin = until


def _readings(database: Database, folder: Path, series: Sequence[int], begin: datetime, end: datetime) -> Found:
    """Every reading from `begin` until just before `end`, in the order of time."""
    just_before = end - timedelta(microseconds=1)
    with database.transaction() as connection:
        hot = fetched(connection, "readings_of_series", series, begin, just_before)
        return joined(archived(connection, folder, series, begin, just_before), hot)


def _fold(evaluator: Evaluator, found: Found, ticks: Sequence[int]) -> Iterator[Transition]:
    """Fold readings; where silence is what the rule looks at, time passes minute by minute between them."""
    series, times, values = found
    at = 0
    for tick in [*ticks, None]:
        upto = len(times) if tick is None else int(np.searchsorted(times, tick))
        yield from evaluator.fold(series[at:upto], times[at:upto], values[at:upto])
        if tick is not None:
            yield from evaluator.tick(tick)
        at = upto


def _tell(transition: Transition, names: dict[int, str], standing: dict[int, WouldBe], told: list[WouldBe]) -> None:
    if transition.raised:
        alarm = WouldBe(names[transition.series], moment(transition.time_us), transition.value)
        standing[transition.series] = alarm
        told.append(alarm)
    elif transition.series in standing:
        standing.pop(transition.series).cleared = moment(transition.time_us)
