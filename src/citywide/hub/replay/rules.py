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
from citywide.hub.replay.arrivals import Heard, Order, Span, as_it_came
from citywide.hub.rules.evaluator import Evaluator, Transition
from citywide.hub.vocabulary.rule import Rule
from citywide.hub.vocabulary.signals import Drift, Rate, Silence, Stuck, Window
from citywide.kit.clock import moment

AT_LEAST = timedelta(days=1)
SECOND_US = 1_000_000


class WouldBe(Struct):
    """One alarm as the rule would have had it; `cleared` stays empty while it would still stand."""

    entity: str
    raised: datetime
    value: float
    cleared: datetime | None = None


def would_raise(
    database: Database, folder: Path, rule: Rule, begin: datetime, end: datetime, order: Order = as_it_came
) -> list[WouldBe]:
    """What this rule would have raised between two moments, archived days (their files lie in `folder`) included."""
    evaluator, names = _watching(database, rule)
    told: list[WouldBe] = []
    standing, passing = dict[int, WouldBe](), _Passing(rule)
    for heard in order(Span(database, folder, sorted(names), begin - _remembers(rule), end)):
        for transition in _fold(evaluator, heard, passing.within(heard)):
            _tell(transition, names, standing, told)
    return [alarm for alarm in told if begin <= alarm.raised < end]


def _watching(database: Database, rule: Rule) -> tuple[Evaluator, dict[int, str]]:
    """An evaluator of this rule alone, and what the entities of the series are called that concern it."""
    evaluator, names = Evaluator([rule]), dict[int, str]()
    quantities = [rule.quantity, evaluator.compiled[0].other]
    concerned = database.rows(sql("series_of_quantities"), {"quantities": quantities})
    for (quantity, kind), group in groupby(concerned, key=itemgetter("quantity", "kind")):
        rows = list(group)
        names |= {row["number"]: row["id"] for row in rows}
        numbers, entities = (np.array([row[column] for row in rows]) for column in ("number", "entity"))
        evaluator.add_series(numbers, entities, quantity, kind)
    return evaluator, names


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


def _fold(evaluator: Evaluator, heard: Heard, ticks: Sequence[int]) -> Iterator[Transition]:
    """Fold readings, and let time pass between them."""
    at = 0
    for tick in ticks:
        upto = int(np.searchsorted(heard.when, tick))
        yield from evaluator.fold(heard.series[at:upto], heard.time[at:upto], heard.value[at:upto])
        yield from evaluator.tick(tick)
        at = upto
    yield from evaluator.fold(heard.series[at:], heard.time[at:], heard.value[at:])


class _Passing:
    """When the passing of time can matter: when somebody is missed, before they speak, and at the end."""

    def __init__(self, rule: Rule) -> None:
        self._bound_us = int(SECOND_US * (rule.above or 0)) if isinstance(rule.signal, Silence) else None
        self._later = np.zeros(0, np.int64)

    def within(self, heard: Heard) -> Sequence[int]:
        """Those of a stride; none where the rule does not look at silence."""
        if self._bound_us is None:
            return ()
        missed = (heard.time + self._bound_us) // SECOND_US + 1
        ticks = SECOND_US * np.unique(np.concatenate([missed, heard.when // SECOND_US]))
        ticks = np.concatenate([self._later, ticks])
        self._later = ticks[ticks > heard.until_us]
        return [*np.unique(ticks[ticks <= heard.until_us]).tolist(), heard.until_us]


def _tell(transition: Transition, names: dict[int, str], standing: dict[int, WouldBe], told: list[WouldBe]) -> None:
    if transition.raised:
        alarm = WouldBe(names[transition.series], moment(transition.time_us), transition.value)
        standing[transition.series] = alarm
        told.append(alarm)
    elif transition.series in standing:
        standing.pop(transition.series).cleared = moment(transition.time_us)
