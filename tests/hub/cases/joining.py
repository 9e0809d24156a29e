"""Two cases that are joined: how the tests open, move and read them."""

from contextlib import suppress
from datetime import datetime, timedelta

from citywide.hub import OpenCase, Point, Text
from citywide.hub.cases.acts import Asked, carry_out
from citywide.hub.cases.moves import CaseError
from citywide.hub.reports.receive import Report, take
from citywide.hub.testing import MORNING, TrialCity

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SAME = "two callers, one hole"
LATER = {
    "pass on": ("reroute", "roads"),
    "pass back": ("reroute", "traffic_police"),
    "assign": ("assign", "light_crew/a"),
}


def opened(city: TrialCity, at: datetime = MORNING, **more) -> int:
    with city.hub.database.transaction() as connection:
        return city.hub.desk.open(connection, OpenCase(Text("dark", "不亮"), "traffic_light", **more), at, "resident")


def do(city: TrialCity, case: int, act: str, at: datetime = MORNING, to: str = "", note: str = SAME) -> None:
    with city.hub.database.transaction() as connection:
        carry_out(city.hub.desk, connection, case, Asked(act, note, to), at, "wen")


def tried(city: TrialCity, case: int, act: str, at: datetime) -> bool:
    name, to = LATER.get(act, (act, ""))
    with suppress(CaseError):
        do(city, case, name, at, to)
        return True
    return False


def row(city: TrialCity, case: int, columns: str = "*") -> dict:
    return city.hub.database.rows(f"select {columns} from hub.cases where id = %s", (case,))[0]


def told(city: TrialCity, place: Point) -> tuple[int, str]:
    with city.hub.database.transaction() as connection:
        taken = take(connection, city.hub.desk, Report("pothole", "deep", place), [b"photo"], MORNING)
    return taken.case, taken.follow
