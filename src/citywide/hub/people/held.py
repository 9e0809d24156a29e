"""All that is held about somebody who follows a report: for themselves, by the link that only they have."""

from typing import Any

from msgspec import json
from psycopg import Connection

from citywide.hub.cases.steps import mark_of
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text

SAYS = Text("somebody took a copy of all that is held about them", "本人取得了关于自己的全部信息副本")


def held_about(connection: Connection, follower: bytes) -> dict[str, Any] | None:
    """Who they are, what they told and agreed to, who keeps them on file, and who asked for them."""
    told = rows(connection, sql("told_by_follower"), {"token": follower, **mark_of(follower)})
    if not told:
        return None
    report = told[0]
    person = {"person": report.pop("person")}
    if person["person"]:
        witness(connection, "access", SAYS, who="resident", facts=person)
    return {
        "person": next(iter(rows(connection, sql("person_row"), person)), None),
        "report": report,
        "consents": rows(connection, sql("consents_of_person"), person),
        "on_file": rows(connection, sql("files_of_person"), person),
        "asked_for": [_asking(row["body"]) for row in rows(connection, sql("askings_for_person"), person)],
    }


def _asking(body: bytes) -> dict[str, Any]:
    """When somebody asked for them, for what, and what the answer was; who it was, an auditor knows."""
    entry = json.decode(body)
    facts = entry["facts"]
    return {"at": entry["at"], "purpose": facts.get("purpose", ""), "answer": facts.get("answer", "allowed")}
