"""The data sets: one for each quantity of each kind of thing of each department, with its three scores."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any

from msgspec import Struct, json
from psycopg.types.json import Jsonb

from citywide.hub.database.pool import Database, Row
from citywide.hub.database.queries import sql
from citywide.hub.vocabulary.signals import Drift, Stuck
from citywide.hub.vocabulary.words import Words
from citywide.kit.text import Text

SCORES = "catalogue"
DAY = timedelta(days=1)
Key = tuple[str, str, str]


class Score(Struct, frozen=True):
    """A day's judgement of one set: shares between 0 and 1."""

    quantity: str
    kind: str
    department: str
    complete: float | None
    plausible: float
    judged: datetime


class DataSet(Struct, frozen=True):
    """What a reader of the catalogue learns of one set."""

    id: str
    title: Text
    system: str
    quantity: str
    unit: str
    kind: str
    department: str
    series: int
    newest: datetime | None
    fresh_seconds: float | None
    complete: float | None
    plausible: float | None
    judged: datetime | None
    bounds: tuple[float, float, float, float] | None
    retired: int = 0  # series of things that have left service: to be read, not to be waited for


def counted(database: Database) -> list[Row]:
    """Each set's series, counted; that goes through every one of the city."""
    return database.rows(sql("data_sets"))


def data_sets(database: Database, words: Words, now: datetime, known: Sequence[Row] | None = None) -> list[DataSet]:
    """Every set that the city holds, counted now if it was not a moment ago, with its newest scores."""
    scores = {(score.quantity, score.kind, score.department): score for score in scores_of(database)}
    owner = {quantity.name: system.name for system in words.systems.values() for quantity in system.quantities}
    return [_set(row, words, owner, scores, now) for row in (counted(database) if known is None else known)]


def judge(database: Database, words: Words, now: datetime) -> list[Score]:
    """Judge the last day, and write the scores down.

    Complete is the share of the spans in which each series ought to have spoken and did, since the set began; of what
    is said only now and then nobody can tell. Plausible is the share of series that no rule held to be stuck or
    drifting.
    """
    span = {"since": now - DAY, "until": now}
    sets = [row for row in counted(database) if row["series"]]
    complete = _complete(database, words, {_key(row): row["series"] for row in sets}, span)
    doubted = _doubted(database, words, span)
    scores = [
        Score(*_key(row), complete.get(_key(row), 0.0 if _pace(words, row["quantity"]) else None),
              max(0.0, 1 - doubted.get(_key(row), 0) / row["series"]), now)
        for row in sets
    ]  # fmt: skip
    with database.transaction() as connection:
        connection.execute(sql("put_setting"), {"name": SCORES, "value": Jsonb(json.decode(json.encode(scores)))})
    return scores


def scores_of(database: Database) -> list[Score]:
    """The scores as they were last written down."""
    found = database.rows(sql("setting"), {"name": SCORES})
    return json.decode(json.encode(found[0]["value"]), type=list[Score]) if found else []


def _complete(database: Database, words: Words, sets: dict[Key, int], span: dict[str, datetime]) -> dict[Key, float]:
    paces = {of: pace for of, *_ in sets if (pace := _pace(words, of)) is not None}
    asked = {"quantities": list(paces), "paces": list(paces.values()), **span}
    return {_key(row): _share(row, paces[row["quantity"]], span) / sets[_key(row)]
            for row in database.rows(sql("heard"), asked) if _key(row) in sets}  # fmt: skip


def _share(row: dict[str, Any], pace: timedelta, span: dict[str, datetime]) -> float:
    """How many series' worth of the spans since the set began were heard in."""
    spans = ceil((span["until"] - max(span["since"], row["begun"])) / pace)
    return row["spans"] / max(1, spans)


def _pace(words: Words, quantity: str) -> timedelta | None:
    known = words.quantities.get(quantity)
    return known.every if known else timedelta(hours=1)


def _doubted(database: Database, words: Words, span: dict[str, datetime]) -> dict[Key, int]:
    """By set, how many entities a rule of doubt spoke of; several rules count as the one that found most."""
    rules = {rule.name: rule.quantity for rule in words.rules.values() if isinstance(rule.signal, Stuck | Drift)}
    most: dict[Key, int] = {}
    for row in database.rows(sql("doubted"), {"rules": list(rules), **span}):
        key = rules[row["rule"]], row["kind"], row["department"]
        most[key] = max(most.get(key, 0), row["entities"])
    return most


def _key(row: dict[str, Any]) -> Key:
    return row["quantity"], row["kind"], row["department"]


def _set(row: dict[str, Any], words: Words, owner: dict[str, str], scores: dict[Key, Score], now: datetime) -> DataSet:
    quantity, kind, score = words.quantities.get(row["quantity"]), words.kinds.get(row["kind"]), scores.get(_key(row))
    what, of = (word.label if word else Text(name, name) for word, name in
                ((quantity, row["quantity"]), (kind, row["kind"])))  # fmt: skip
    bounds = None if row["west"] is None else _roughly(row["west"], row["south"], row["east"], row["north"])
    return DataSet(
        id="-".join(part for part in _key(row) if part),
        title=Text(f"{what.en}: {of.en}", f"{of.zh}：{what.zh}"),
        system=owner.get(row["quantity"], ""), quantity=row["quantity"], unit=quantity.unit if quantity else "",
        kind=row["kind"], department=row["department"], series=row["series"], newest=row["newest"],
        fresh_seconds=(now - row["newest"]).total_seconds() if row["newest"] else None,
        complete=score.complete if score else None, plausible=score.plausible if score else None,
        judged=score.judged if score else None, bounds=bounds, retired=row["retired"],
    )  # fmt: skip


def _roughly(west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    """Bounds to a tenth of a degree, outwards: where a single device stands is its department's to tell."""
    return floor(10 * west) / 10, floor(10 * south) / 10, ceil(10 * east) / 10, ceil(10 * north) / 10
