"""Two cases that turn out to be one: joined by hand, with a reason, and parted again where that was wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import Connection

from citywide.hub.cases.deadlines import due_says
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.moves import CaseError, allowed, row_of, standing
from citywide.hub.cases.steps import joined, noted, step
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.kit.text import Text

Row = Mapping[str, Any]


def merge(desk: CaseDesk, connection: Connection, case: int, into: int, at: datetime, who: str, note: str) -> None:
    """Let a case go on with another: one work, one unit and the earlier deadline, and both counted as before."""
    if not note.strip():
        raise CaseError("a merge without a reason", "a note that says why the two are one")
    if case == into:
        raise CaseError(f"case {case} is one with itself", "the number of another case")
    found = {each: allowed(connection, each, "merge") for each in sorted((case, into))}  # whoever else joins them waits
    goes, stays = found[case], found[into]
    _fit(goes, stays)
    connection.execute(sql("take_in"), {"case": case, "into": into, "at": at})
    _tell_who_stays(desk, connection, goes, stays, at, who, note)
    _tell_who_goes(connection, goes, stays, at, who, note)
    connection.execute(sql("go_with"), {"case": case, "into": into, "due": stays["due"]})
    desk.somebody_is_free(connection, at)


def part(desk: CaseDesk, connection: Connection, case: int, at: datetime, who: str, note: str = "") -> None:
    """What was joined wrongly goes on by itself; its clock has run on, and the other's is its own again."""
    standing(connection, case)
    row = row_of(connection, case)
    if row["joined_to"] is None:
        raise CaseError(f"case {case} is joined to no other", "a case that was joined to another")
    other = allowed(connection, row["joined_to"], "part")
    connection.execute(sql("part_case"), {"case": case, "from": other["id"], "at": at})
    connection.execute(sql("take_alarms_along"), {"case": case, "from": other["id"]})
    alone = noted(Text("it goes on as a case of its own", "拆分为单独案件"), note)
    due = due_says(row["due"], desk.calendar, "its own deadline", "本案期限")
    step(connection, case, at, who, "parted", joined(alone, due))
    step(connection, other["id"], at, who, "added", Text(f"#{case} was another matter", f"#{case} 属另一事项，已拆分"))
    _tell_new_due(desk, connection, other, at, Text("its own deadline again", "恢复本案期限"))
    if row["wants"]:
        desk.send_somebody(connection, case, at)


def _fit(goes: Row, stays: Row) -> None:
    """One department answers for both, and whoever is sent to the one can do what the other needs."""
    if goes["department"] != stays["department"]:
        whose = f"one is {goes['department']}'s, the other {stays['department']}'s"
        raise CaseError(whose, "two of one department: pass one of them on first")
    wanted = goes["wants"] is None or goes["wants"] == stays["wants"]
    if not wanted or not goes["needs"].items() <= stays["needs"].items():
        more = f"case {goes['id']} needs more than is sent to {stays['id']}"
        raise CaseError(more, f"{stays['id']} joined to {goes['id']} instead")


def _tell_who_stays(
    desk: CaseDesk, connection: Connection, goes: Row, stays: Row, at: datetime, who: str, note: str
) -> None:
    """What stood behind the one stands behind the other now, and so does the unit that is on its way."""
    says = noted(
        Text(f"#{goes['id']} is the same matter and joined to it", f"#{goes['id']} 为同一事项，并入本案"), note
    )
    for alarm in rows(connection, sql("alarms_behind"), {"case": goes["id"]}) or [{}]:
        step(connection, stays["id"], at, who, "joined", says, {"case": goes["id"], **alarm})
    if stays["state"] == "waiting" != goes["state"]:
        step(connection, stays["id"], at, who, goes["state"], _whose(goes["id"]))
    _tell_new_due(desk, connection, stays, at, Text(f"that of case {goes['id']}", f"与案件 {goes['id']} 一致"))


def _tell_who_goes(connection: Connection, goes: Row, stays: Row, at: datetime, who: str, note: str) -> None:
    """Its reporters read where it goes on; if somebody is on the other already, that is so here too."""
    says = Text(f"the same matter as #{stays['id']}: it goes on there", f"与 #{stays['id']} 为同一事项，并案处置")
    step(connection, goes["id"], at, who, "merged", noted(says, note), {"into": stays["id"]})
    if goes["state"] == "waiting" != stays["state"]:
        step(connection, goes["id"], at, who, stays["state"], _whose(stays["id"]))


def _whose(case: int) -> Text:
    return Text(f"whoever is on #{case} is on it", f"由 #{case} 的处置人员一并处置")


def _tell_new_due(desk: CaseDesk, connection: Connection, before: Row, at: datetime, why: Text) -> None:
    """A deadline that has moved explains itself."""
    due = row_of(connection, before["id"])["due"]
    if due != before["due"]:
        says = Text("the deadline has moved", "期限变更")
        explained = due_says(due, desk.calendar, why.en, why.zh)
        step(connection, before["id"], at, "hub", "timed", joined(says, explained))
