"""A case as the console shows it: itself, its steps, and the line that explains its deadline."""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql

TIMED = ("opened", "paused", "resumed", "reopened", "timed", "parted")  # the steps that set a deadline, or stop it
NO_DEADLINE = {"en": "no deadline", "zh": "无期限"}


def case_and_steps(connection: Connection, case: int) -> dict[str, Any] | None:
    """A case with its steps; nothing where there is none, or none for this reader."""
    found = rows(connection, sql("case_seen"), {"case": case})
    if not found:
        return None
    steps = rows(connection, sql("steps_seen"), {"case": case})
    explained = [_deadline_of(step) for step in steps if step["what"] in TIMED]
    return {"case": _placed(found[0]), "deadline": explained[-1] if explained else NO_DEADLINE, "steps": steps}


def _placed(row: dict[str, Any]) -> dict[str, Any]:
    place = [row.pop("lon"), row.pop("lat")]
    return row | {"place": place if place[0] is not None else None}


def _deadline_of(step: Mapping[str, Any]) -> dict[str, str]:
    says = step["says"]
    if step["what"] == "paused":
        return says
    return {"en": "due " + says["en"].rpartition("; due ")[2], "zh": says["zh"].rpartition("；")[2]}
