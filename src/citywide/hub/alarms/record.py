"""Writing down what the rules have raised and cleared, in the transaction of the readings themselves."""

from collections.abc import Mapping, Sequence

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.hub.entities.registry import Series
from citywide.hub.evidence.write import witness
from citywide.hub.rules.evaluator import Transition
from citywide.kit.clock import moment
from citywide.kit.text import Text


def record(connection: Connection, transitions: Sequence[Transition], known: Mapping[int, Series]) -> None:
    """Raise and clear alarms; an alarm that stands already is not raised twice."""
    for transition in transitions:
        series = known[transition.series]
        (_raise if transition.raised else _clear)(connection, transition, series)


def _raise(connection: Connection, transition: Transition, series: Series) -> None:
    says = _says(connection, transition, series)
    values = {
        "rule": transition.rule.name,
        "severity": transition.rule.severity,
        "entity": series.entity,
        "department": series.department,
        "raised": moment(transition.time_us),
        "value": transition.value,
        "says": Jsonb(msgspec.to_builtins(says)),
    }
    if connection.execute(sql("raise_alarm"), values).rowcount:
        witness(connection, "alarm", says, department=series.department, at=moment(transition.time_us))


def _clear(connection: Connection, transition: Transition, series: Series) -> None:
    values = {
        "rule": transition.rule.name,
        "entity": series.entity,
        "cleared": moment(transition.time_us),
        "value": transition.value,
    }
    if connection.execute(sql("clear_alarm"), values).rowcount:
        says = _says(connection, transition, series)
        witness(connection, "clear", says, department=series.department, at=moment(transition.time_us))


def _says(connection: Connection, transition: Transition, series: Series) -> Text:
    row = connection.execute("select id, name from hub.entity where number = %s", (series.entity,)).fetchone()
    assert row is not None
    return transition.rule.says.format(value=transition.value, name=row[1], id=row[0])
