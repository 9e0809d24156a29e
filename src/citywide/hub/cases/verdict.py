"""The verdict of those who reported a case: whether it is mended, and how well."""

from datetime import datetime

from psycopg import Connection

from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.moves import CaseError, standing
from citywide.hub.cases.steps import KINDS, mark_of, noted, step
from citywide.hub.database.queries import sql
from citywide.kit.text import Text


def confirm(desk: CaseDesk, connection: Connection, case: int, follower: bytes, at: datetime) -> None:
    """One who reported it says that it is mended; the first of them has the last word."""
    row = standing(connection, case)
    case = row["id"]
    if row["state"] not in ("checking", "closed"):
        raise CaseError(f"the case is {row['state']}", "a case whose work is done")
    connection.execute(sql("follower_confirms"), {"follower": follower, "at": at})
    first = connection.execute(sql("is_first_follower"), {"case": case, "follower": follower}).fetchone() == (True,)
    if first and row["state"] == "checking":
        desk.close(connection, case, at, "resident")
    if first:
        connection.execute("update hub.cases set confirmed = %s where id = %s", (at, case))
    says = Text("the reporter confirms", "上报人确认已解决") if first else KINDS["confirmed"]
    step(connection, case, at, "resident", "confirmed", says, mark_of(follower))


def rate(connection: Connection, case: int, follower: bytes, stars: int, at: datetime, note: str = "") -> None:
    """How content one is who reported it, one to five stars and a word; what the case is worth follows from all."""
    if not 1 <= stars <= 5:
        raise CaseError(f"{stars} stars", "1 to 5")
    row = standing(connection, case)
    connection.execute(sql("follower_rates"), {"follower": follower, "stars": stars})
    connection.execute(sql("rate_case"), {"case": case})
    says = noted(Text(f"{stars} of 5 stars", f"满意度 {stars}/5 星"), note)
    step(connection, row["id"], at, "resident", "rated", says, mark_of(follower))
