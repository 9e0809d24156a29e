"""Writing down what the rules have raised and cleared, in the transaction of the readings themselves."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import Series
from citywide.hub.evidence.write import witness
from citywide.hub.rules.evaluator import Transition
from citywide.kit.clock import moment
from citywide.kit.text import Text


class Thing(NamedTuple):
    """Whom a series belongs to."""

    id: str
    name: str
    department: str


def record(connection: Connection, transitions: Sequence[Transition], known: Mapping[int, Series]) -> None:
    """Raise and clear alarms; an alarm that stands already is not raised twice."""
    for transition in transitions:
        series = known[transition.series]
        (_raise if transition.raised else _clear)(connection, transition, series)


def _raise(connection: Connection, transition: Transition, series: Series) -> None:
    thing = _thing(connection, series)
    says, raised = _says(transition, thing), moment(transition.time_us)
    values = {
        "rule": transition.rule.name,
        "severity": transition.rule.severity,
        "entity": series.entity,
        "department": thing.department,
        "raised": raised,
        "value": transition.value,
        "says": Jsonb(msgspec.to_builtins(says)),
    }
    if connection.execute(sql("raise_alarm"), values).rowcount:
        witness(connection, "alarm", says, department=thing.department, at=raised, facts=_about(transition, thing))


def _clear(connection: Connection, transition: Transition, series: Series) -> None:
    cleared = moment(transition.time_us)
    values = {"rule": transition.rule.name, "entity": series.entity, "cleared": cleared, "value": transition.value}
    if (stood := connection.execute(sql("clear_alarm"), values).fetchone()) is not None:
        thing = _thing(connection, series)
        about = _about(transition, thing)
        witness(connection, "clear", _says(transition, thing), department=stood[0], at=cleared, facts=about)


def _about(transition: Transition, thing: Thing) -> dict[str, object]:
    """Two things of one name that ring at once are two entries."""
    return {"entity": thing.id, "rule": transition.rule.name}


def _thing(connection: Connection, series: Series) -> Thing:
    """What the alarm is about, as it is called and whose it is now."""
    row = connection.execute(sql("entity_by_number"), {"number": series.entity}).fetchone()
    assert row is not None
    return Thing(*row)


def _says(transition: Transition, thing: Thing) -> Text:
    return transition.rule.says.format(value=transition.value, name=thing.name, id=thing.id)
