"""What a door may ask of a case by name, and the act of the desk behind each name."""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.merging import merge, part

NOTED: Mapping[str, Callable[[CaseDesk, Connection, int, datetime, str, str], None]] = {
    "start": CaseDesk.start,
    "pause": CaseDesk.pause,
    "resume": CaseDesk.resume,
    "check": CaseDesk.check,
    "close": CaseDesk.close,
    "reopen": CaseDesk.reopen,
}
OF_OFFICERS = ("merge", "part")
ACTS = ("assign", "reroute", *OF_OFFICERS, *NOTED)


class Asked(Struct, frozen=True):
    """An act by its name, a note, and the unit, department or case that it goes to where that is asked."""

    act: str
    note: str = ""
    to: str = ""


def carry_out(desk: CaseDesk, connection: Connection, case: int, asked: Asked, at: datetime, who: str) -> None:
    """Do with a case what somebody asks for."""
    if asked.act == "assign":
        desk.assign(connection, case, asked.to, at, who)
    elif asked.act == "reroute":
        desk.reroute(connection, case, asked.to, at, who, asked.note)
    elif asked.act == "merge":
        merge(desk, connection, case, int(asked.to), at, who, asked.note)
    elif asked.act == "part":
        part(desk, connection, case, at, who, asked.note)
    else:
        NOTED[asked.act](desk, connection, case, at, who, asked.note)
