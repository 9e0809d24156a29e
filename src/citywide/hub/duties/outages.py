"""Outages: devices that fail together are one case; one that fails alone, or does not come back, has its own.

An alarm that tells of a device waits for company. Nothing is held meanwhile by whoever writes readings, and however
many fail, the statements are as few.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.by_itself import close
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.moves import row_of
from citywide.hub.cases.outages import Outage, begin, figures, looked_at, tell_opened, worth_a_step, write_down
from citywide.hub.cases.steps import step
from citywide.hub.database.pool import Database, Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.vocabulary.affairs import OUTAGE
from citywide.hub.vocabulary.own import OwnOutage
from citywide.kit.text import Text

MORE = Text("more devices fail: it is taken up again", "又有设备离线，重新处置")


class Outages(Struct, frozen=True):
    """Tells those apart that failed together from those that failed alone."""

    database: Database
    desk: CaseDesk
    labels: Mapping[str, Text]
    bounds: OwnOutage

    def look(self, now: datetime) -> None:
        """Group what has failed since the last look, follow what is open, release what is alone."""
        with self.database.transaction() as connection:
            connection.execute(sql("look_at_outages_alone"))
            connection.execute(sql("devices_back"))
            connection.execute(sql("devices_never_missed"))
            self._group(connection, now)
            connection.execute(sql("release_the_alone"), {"until": now - self.bounds.within})
            for row in rows(connection, sql("outages_now")):
                self._follow(connection, row, now)

    def _group(self, connection: Connection, now: datetime) -> None:
        asked = {"within": self.bounds.within, "more_than": self.bounds.more_than}
        for crowd in rows(connection, sql("crowds"), asked):
            case = crowd["outage"] or begin(connection, self.desk, crowd["department"], now)
            connection.execute(sql("join_outage"), crowd | {"case": case})

    def _follow(self, connection: Connection, row: Row, now: datetime) -> None:
        """A case that is closed by somebody's word, or another that an outage was joined to, is not ours to close."""
        case = row_of(connection, row["id"])
        if case["state"] == "closed":
            self._rest_of_closed(connection, row, now)
        elif row["category"] != OUTAGE.name:
            if not row["still"]:
                connection.execute(sql("outage_over"), {"outages": row["outages"]})
        elif not row["still"] or self._few_are_left(row, now):
            self._end(connection, case, row, now)
        else:
            self._take_up_again(connection, row, now)
            self._tell(connection, row, now)

    def _few_are_left(self, row: Row, now: datetime) -> bool:
        """Most are back for a while, and those that are not are no more than can be followed one by one."""
        few = row["still"] <= self.bounds.more_than and 2 * row["still"] <= row["devices"]
        return few and row["last_back"] <= now - self.bounds.rest

    def _take_up_again(self, connection: Connection, row: Row, now: datetime) -> None:
        """Work that was said to be done is not, where more devices fail."""
        more = row["told"] is not None and row["devices"] > row["told"]["devices"]
        if more and connection.execute(sql("take_up_again"), {"case": row["id"]}).rowcount:
            step(connection, row["id"], now, "hub", "resumed", MORE)

    def _rest_of_closed(self, connection: Connection, row: Row, now: datetime) -> None:
        """Closed is not mended: a few get cases of their own, many are one case again."""
        outages = {"outages": row["outages"]}
        if row["still"] > self.bounds.more_than:
            case = begin(connection, self.desk, row["department"], now)
            connection.execute(sql("rest_goes_on"), outages | {"case": case})
            rest = {"id": case, "outages": [case], "told": None, "devices": row["still"]}
            closed = row["id"]
            why = Text(f"they were not back when #{closed} was closed", f"#{closed} 结案时尚未恢复")
            self._tell(connection, {**row, **rest}, now, why)
        connection.execute(sql("release_the_rest"), outages)
        connection.execute(sql("outage_over"), outages)

    def _end(self, connection: Connection, case: Row, row: Row, now: datetime) -> None:
        outage, outages = self._write_down(connection, row, figures(row)), {"outages": row["outages"]}
        connection.execute(sql("release_the_rest"), outages)
        connection.execute(sql("outage_over"), outages)
        close(self.desk, connection, case, outage.ended, now)

    def _tell(self, connection: Connection, row: Row, now: datetime, why: Text | None = None) -> None:
        """The case's name says at every look how many there are; a step says so when much has changed."""
        before, counted = row["told"], figures(row)
        if before is None:
            outage = self._write_down(connection, row, counted)
            tell_opened(connection, self.desk, row["id"], row, self._title(outage), why, now)
        elif worth_a_step(counted, before, before["told"]):
            outage = self._write_down(connection, row, counted)
            step(connection, row["id"], now, "hub", "counted", outage.how_many, counted)
        elif counted != figures(before):
            self._write_down(connection, row, before["told"])

    def _write_down(self, connection: Connection, row: Row, told: Mapping[str, int]) -> Outage:
        outage = looked_at(connection, row)
        write_down(connection, row["id"], outage, self._title(outage), told)
        return outage

    def _title(self, outage: Outage) -> Text:
        return outage.title(self.desk.calendar.zone, self.labels)
