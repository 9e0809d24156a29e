"""How many false alarms the city puts up with."""

from datetime import datetime

from psycopg import Connection

from citywide.hub import Text
from citywide.hub.database.pool import Database
from citywide.hub.evidence.write import witness
from citywide.systems.epidemic.model import DEPARTMENT, FALSE_ALARM_RATE
from citywide.systems.epidemic.own_tables import SQL


def false_alarm_rate(database: Database) -> float:
    """The share of quiet series-weeks that may ring, as the city has set it."""
    found = database.rows(SQL["false_alarm_rate"])
    return float(found[0]["rate"]) if found else FALSE_ALARM_RATE


def set_false_alarm_rate(connection: Connection, rate: float, who: str, now: datetime) -> None:
    """Keep the share of quiet series-weeks that may ring; the decision is evidence."""
    connection.execute(SQL["set_false_alarm_rate"], {"rate": rate})
    says = Text(f"{who} lets {1000 * rate:g} of a thousand quiet series-weeks ring",
                f"{who} 将误报率设为千分之 {1000 * rate:g}")  # fmt: skip
    witness(connection, "decision", says, department=DEPARTMENT, at=now, who=who)
