"""What can be done with a case; every act is a step that people read and an entry of the evidence log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.deadlines import deadline, due_after, moment_of_share, pause_says, time_left, undeclared
from citywide.hub.cases.moves import CaseError, allowed, move, row_of, standing
from citywide.hub.cases.opening import RESIDENT, Opened, nearby, put_down
from citywide.hub.cases.steps import joined, mark_of, noted, step
from citywide.hub.cases.turns import take_turns
from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.dispatch.choose import Unit, choose_unit, free_units
from citywide.hub.dispatch.roads import Travel
from citywide.hub.vocabulary.affairs import Category
from citywide.hub.vocabulary.commands import OpenCase
from citywide.kit.calendars import WorkingCalendar
from citywide.kit.geometry import Point
from citywide.kit.text import Text

CLOSED = Text("closed", "结案")


class CaseDesk(Struct, frozen=True):
    """The hub's desk for cases: what it knows of categories, working time, roads and departments."""

    categories: Mapping[str, Category]
    calendar: WorkingCalendar
    travel: Travel
    departments: Mapping[str, Text]

    def open(
        self, connection: Connection, order: OpenCase, at: datetime, who: str = "hub", follower: bytes = b""
    ) -> int:
        """Open a case, or join the open one that is near in place and time; returns its number."""
        category = self.categories[order.category]
        take_turns(connection, category, order)
        near = nearby(connection, category, order, at)
        if near is not None:
            return self._go_on_with(connection, near, order, at, who, follower)
        due = deadline(category, at, self.calendar)
        next_look = moment_of_share(category, at, category.ladder[0], self.calendar)
        case = put_down(connection, order, category, Opened(at, due.due, next_look, who))
        step(connection, case, at, who, "opened", joined(order.title, due.because))
        if order.assign_to:
            self.assign(connection, case, order.assign_to, at, who)
        elif order.wants:
            self.send_somebody(connection, case, at)
        return case

    def category_of(self, row: Mapping[str, Any]) -> Category:
        """The case's category; of one that no system here declares, what the case itself remembers."""
        return self.categories.get(row["category"]) or undeclared(row)

    def join(
        self, connection: Connection, case: int, order: OpenCase, at: datetime, who: str, follower: bytes = b""
    ) -> int:
        """One more report of a case that is open; what a resident says besides is kept with it."""
        connection.execute(sql("join_case"), {"case": case, "alarm": order.because, "told": int(who == RESIDENT)})
        says = Text(f"another report of the same matter: {order.title.en}", f"同一事项再次上报：{order.title.zh}")
        says = noted(says, order.details if who == RESIDENT else "")
        alarm = {"alarm": order.because} if order.because else {}
        step(connection, case, at, who, "joined", says, {**alarm, **mark_of(follower)})
        return case

    def _go_on_with(
        self, connection: Connection, case: int, order: OpenCase, at: datetime, who: str, follower: bytes
    ) -> int:
        """Join an open case; one whose work was said to be done is taken up again when a device says otherwise."""
        self.join(connection, case, order, at, who, follower)
        if order.because and connection.execute(sql("take_up_again"), {"case": case}).rowcount:
            again = Text("the alarm is back: it is taken up again", "告警再次发生，重新处置")
            step(connection, case, at, "hub", "resumed", again)
            if row_of(connection, case)["wants"]:
                self.send_somebody(connection, case, at)
        return case

    def send_somebody(self, connection: Connection, case: int, at: datetime) -> str | None:
        """Send the nearest suitable free unit; nobody free leaves the case waiting openly."""
        unit = self.send_wanted(connection, case, at)
        if unit is None:
            nobody = Text("nobody suitable is free: the case waits", "暂无合适的空闲力量，案件排队等候")
            step(connection, case, at, "hub", "waits", nobody)
        return unit

    def send_wanted(self, connection: Connection, case: int, at: datetime, because: Text | None = None) -> str | None:
        """Send the nearest suitable free unit, if there is any, and say why."""
        row = row_of(connection, case)
        place = None if row["lon"] is None else Point(row["lon"], row["lat"])
        unit = self.nearest(connection, row["wants"], place, row["needs"], at)
        if unit is None:
            return None
        why = unit.because if because is None else joined(because, unit.because)
        self.assign(connection, case, unit.entity, at, "hub", why)
        return unit.entity

    def nearest(
        self, connection: Connection, kind: str, place: Point | None, needs: Mapping[str, object], at: datetime
    ) -> Unit | None:
        """The suitable free unit that is there first by the roads that are open now."""
        closed = [Point(road["lon"], road["lat"]) for road in self.closed_roads(connection)]
        travel = self.travel if place is None else self.travel.around(closed, place)
        return choose_unit(connection, travel, kind, place, needs, at)

    def closed_roads(self, connection: Connection) -> list[Row]:
        """Where no road leads through now: the open cases of categories that close one."""
        closing = [category.name for category in self.categories.values() if category.closes_road]
        return rows(connection, sql("closed_roads"), {"closing": closing})

    def assign(
        self, connection: Connection, case: int, unit: str, at: datetime, who: str, because: Text | None = None
    ) -> None:
        """Hand the case to a unit or a person."""
        allowed(connection, case, "assign")
        found = connection.execute(sql("assign_case"), {"case": case, "unit": unit}).fetchone()
        if found is None:
            raise CaseError(f"nobody is registered as {unit!r}", "the id of a registered unit")
        says = Text(f"handed to {found[0]}", f"交由 {found[0]} 处置")
        step(connection, case, at, who, "assigned", joined(says, because), {"unit": unit})

    def start(self, connection: Connection, case: int, at: datetime, who: str, note: str = "") -> None:
        """The unit is there and works."""
        move(connection, case, "start", "working", at, who, Text("work has begun", "已开始处置"), note)

    def check(
        self, connection: Connection, case: int, at: datetime, who: str, note: str = "", because: Text | None = None
    ) -> None:
        """The work is done and waits to be checked."""
        done = joined(Text("work is done, to be checked", "处置完毕，待核查"), because)
        move(connection, case, "check", "checking", at, who, done, note)
        self.somebody_is_free(connection, at)

    def close(
        self, connection: Connection, case: int, at: datetime, who: str, note: str = "", says: Text = CLOSED
    ) -> None:
        """Close the case; the reporter may still reopen it."""
        move(connection, case, "close", "closed", at, who, says, note)
        connection.execute(sql("closed_case"), {"case": case, "at": at})
        self.somebody_is_free(connection, at)

    def pause(self, connection: Connection, case: int, at: datetime, who: str, note: str) -> None:
        """Stop the clock, with a reason, and until the case's time has passed once more at the longest."""
        if not note.strip():
            raise CaseError("a pause without a reason", "a note that says why the case must wait")
        row = allowed(connection, case, "pause")
        category = self.category_of(row)
        until = due_after(category, row["first_due"], category.within, self.calendar).due
        if until <= at:
            raise CaseError(f"case {case} has waited as long as it may", "work on it, or another department's")
        left = time_left(category, at, row["due"], self.calendar)
        connection.execute(sql("pause_case"), {"case": case, "left": left, "until": until})
        step(connection, case, at, who, "paused", pause_says(left, until, self.calendar, note))

    def resume(self, connection: Connection, case: int, at: datetime, who: str, note: str | Text = "") -> None:
        """Let the clock run on with the time that was left."""
        row = allowed(connection, case, "resume")
        due = due_after(self.category_of(row), at, row["remaining"], self.calendar)
        connection.execute(sql("resume_case"), {"case": case, "due": due.due, "at": at})
        says = joined(noted(Text("resumed", "恢复计时"), note), due.because)
        step(connection, case, at, who, "resumed", says)

    def reroute(self, connection: Connection, case: int, department: str, at: datetime, who: str, note: str) -> None:
        """Pass the case to the department that is right; the clock runs on, nobody reports twice."""
        if not note.strip():
            raise CaseError("a re-route without a reason", "a note that says why it belongs elsewhere")
        departments = {category.department for category in self.categories.values()}
        if department not in departments:
            raise CaseError(f"there is no department {department!r}", f"one of {', '.join(sorted(departments))}")
        row = allowed(connection, case, "reroute")
        if department == row["department"]:
            raise CaseError(f"case {case} is with {department} already", "another department")
        connection.execute(sql("reroute_case"), {"case": case, "department": department})
        old, new = (self.departments.get(name, Text(name, name)) for name in (row["department"], department))
        says = Text(f"passed from {old.en} to {new.en}: {note}", f"由{old.zh}转交{new.zh}：{note}")
        step(connection, case, at, who, "rerouted", says, {"from": row["department"], "to": department})

    def reopen(
        self, connection: Connection, case: int, at: datetime, who: str, note: str = "", follower: bytes = b""
    ) -> None:
        """Closed is not mended: back to the department, with half of its time, and it counts."""
        case = standing(connection, case)["id"]
        row = allowed(connection, case, "reopen")
        category = self.category_of(row)
        due = due_after(category, at, category.within / 2, self.calendar)
        connection.execute(sql("reopen_case"), {"case": case, "due": due.due, "at": at})
        says = joined(noted(Text("reopened", "重新打开"), note), due.because)
        against = row["closed_department"] or row["department"]
        step(connection, case, at, who, "reopened", says, {"department": against, **mark_of(follower)})
        if row["wants"]:
            self.send_somebody(connection, case, at)

    def add(self, connection: Connection, case: int, at: datetime, who: str, note: str, follower: bytes = b"") -> None:
        """Somebody adds words to a case; nothing else changes."""
        if not note.strip():
            raise CaseError("an addition without words", "a note")
        case = standing(connection, case)["id"]
        step(connection, case, at, who, "added", Text(f"added: {note}", f"补充：{note}"), mark_of(follower))

    def somebody_is_free(self, connection: Connection, at: datetime) -> None:
        """Give the cases that wait to whoever is free now, the most urgent first."""
        while any(self.send_wanted(connection, case, at) for case in self._most_urgent(connection, at)):
            pass

    def _most_urgent(self, connection: Connection, at: datetime) -> list[int]:
        """Of the cases that wait for kinds of units of which any is free, the first of each need."""
        wanted = [kind for (kind,) in connection.execute(sql("kinds_waited_for"))]
        free = [kind for kind in wanted if free_units(connection, kind, at)]
        found = connection.execute(sql("most_urgent_of_each_need"), {"kinds": free}) if free else ()
        return [case for (case,) in found]
