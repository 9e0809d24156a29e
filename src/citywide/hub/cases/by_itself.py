"""What becomes of cases without anybody's word: closed with their alarms, and handed on when a unit is lost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.moves import MAY
from citywide.hub.cases.steps import step
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.dispatch.choose import free_units
from citywide.kit.text import Text

MAY_END = (*MAY["close"], "paused")  # why it had to wait does not matter when its reason has gone


def close_because(desk: CaseDesk, connection: Connection, alarm: int, note: Text, at: datetime) -> None:
    """Close what an alarm opened or joined, unless another one still stands behind it."""
    for row in rows(connection, sql("cases_of_alarm"), {"alarm": alarm}):
        held = connection.execute(sql("other_alarms_standing"), {"alarm": alarm, "case": row["id"]}).rowcount
        if row["state"] in MAY_END and not held:
            close(desk, connection, row, note, at)


def close(desk: CaseDesk, connection: Connection, row: Mapping[str, Any], note: Text, at: datetime) -> None:
    """Close a case whose reason has gone; where residents reported it too, they are asked first."""
    if row["state"] == "paused":
        desk.resume(connection, row["id"], at, "hub")
    (told,) = connection.execute(sql("reporters_of_all"), {"case": row["id"]}).fetchone() or (0,)
    state = "checking" if told else "closed"
    connection.execute("update hub.cases set state = %s where id = %s", (state, row["id"]))
    if state == "closed":
        connection.execute(sql("closed_case"), {"case": row["id"], "at": at})
    step(connection, row["id"], at, "hub", state, note)
    desk.somebody_is_free(connection, at)


def replace_the_lost(desk: CaseDesk, connection: Connection, at: datetime, heard_since: datetime) -> None:
    """A unit that was sent and is not heard of any more, or went off shift, is replaced if anybody is free."""
    for row in rows(connection, sql("orders_in_doubt"), {"heard_since": heard_since}):
        if free_units(connection, row["wants"], at):
            lost = Text(f"{row['name']} is not heard of any more or off shift", f"{row['name']}失联或已下班")
            desk.send_wanted(connection, row["id"], at, lost)
