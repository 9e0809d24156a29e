"""The ladder: reminders and escalation by themselves, each with the line that says why."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from psycopg import Connection, OperationalError
from psycopg.types.json import Jsonb

from citywide.hub.cases.deadlines import moment_of_share, time_left
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.steps import ladder_step, step
from citywide.hub.database.pool import Database, rows
from citywide.hub.database.queries import sql
from citywide.kit.text import Text

log = structlog.get_logger()
AFTER_A_FAILURE = timedelta(minutes=10)
LONG_ENOUGH = Text("it has waited as long as a case may", "暂停已达最长期限")


class Ladder(Struct, frozen=True):
    """Looks at the cases whose next rung is reached."""

    database: Database
    desk: CaseDesk

    def climb(self, now: datetime) -> int:
        """Remind, or escalate, wherever it is time; returns how many cases were looked at."""
        with self.database.transaction() as connection:
            due = rows(connection, sql("cases_to_look_at"), {"now": now})
            for row in due:
                self._try(connection, row, now)
        return len(due)

    def _try(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        """A case that cannot be judged keeps no other from being looked at; it is looked at again in a while."""
        try:
            with connection.transaction():
                self._climb(connection, row, now)
        except OperationalError:  # the database's trouble, not the case's
            raise
        except Exception:
            log.exception("case_not_judged", case=row["id"])
            connection.execute(sql("look_again"), {"case": row["id"], "at": now + AFTER_A_FAILURE})

    def _climb(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        if row["state"] == "paused":
            self.desk.resume(connection, row["id"], now, "hub", LONG_ENOUGH)
            return
        category = self.desk.category_of(row)
        left = time_left(category, now, row["due"], self.desk.calendar)
        passed = 1 - left / category.within
        reached = sum(share <= passed + 1e-9 for share in category.ladder)
        later = [share for share in category.ladder if share > passed + 1e-9]
        begun = _begun(self.desk, row)
        next_look = moment_of_share(category, begun, later[0], self.desk.calendar) if later else None
        climb = {"case": row["id"], "rung": reached, "late": passed >= 1}
        connection.execute(sql("climb"), climb | {"next_look": _after(next_look, now)})
        if reached > row["rung"]:
            remind(connection, row, now, ladder_step(left), reached)


def remind(connection: Connection, row: dict[str, Any], at: datetime, says: Text, rung: int) -> None:
    """At first the case's department is told, from the third rung on the city's manager."""
    case, title, escalated = row["id"], row["title"], rung >= 3
    told = Text(f"#{case} {title['en']}: {says.en}", f"#{case} {title['zh']}：{says.zh}")
    message = {"at": at, "department": row["department"], "role": "manager" if escalated else "officer", "entity": None,
               "says": Jsonb(msgspec.to_builtins(told)), "facts": Jsonb({"case": case, "rung": rung})}  # fmt: skip
    connection.execute(sql("put_message"), message)
    step(connection, case, at, "hub", "escalated" if escalated else "reminded", says, {"rung": rung})


def _begun(desk: CaseDesk, row: dict[str, Any]) -> datetime:
    """When the deadline that stands now would have begun: pauses and reopening move it."""
    category = desk.category_of(row)
    if category.around_the_clock:
        return row["due"] - category.within
    return desk.calendar.subtract(row["due"], category.within)


def _after(next_look: datetime | None, now: datetime) -> datetime | None:
    return None if next_look is None else max(next_look, now)
