"""An outage: one case for many devices of a department that failed at once, and what it tells of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.cases.deadlines import deadline, moment_of_share
from citywide.hub.cases.desk import CaseDesk
from citywide.hub.cases.opening import Opened, put_down
from citywide.hub.cases.steps import joined, step
from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.vocabulary.affairs import OUTAGE, Category
from citywide.hub.vocabulary.commands import OpenCase
from citywide.kit.text import Text

FAILED = {True: Text("silent", "失联"), False: Text("in doubt", "数据存疑")}
KINDS_NAMED = 3


class Outage(Struct, frozen=True):
    """How many devices an outage has and how many of them are still not themselves, since when, and what they are."""

    silent: bool
    devices: int
    still: int
    since: datetime
    kinds: Sequence[Mapping[str, Any]]
    places: Sequence[str]

    @property
    def how_many(self) -> Text:
        """The figures in a few words."""
        failed, all_, still = FAILED[self.silent], f"{self.devices:,}", f"{self.still:,}"
        if not self.still:
            return Text(f"{all_} devices were {failed.en}", f"{all_} 台设备曾{failed.zh}，均已恢复")
        if self.still == self.devices:
            return Text(f"{all_} devices {failed.en}", f"{all_} 台设备{failed.zh}")
        return Text(f"{still} of {all_} devices still {failed.en}", f"{all_} 台设备{failed.zh}，仍有 {still} 台")

    @property
    def ended(self) -> Text:
        """Why its case is over."""
        all_, back = f"{self.devices:,}", f"{self.devices - self.still:,}"
        if not self.still:
            return Text(f"all {all_} devices are themselves again", f"{all_} 台设备已全部恢复")
        return Text(
            f"{back} of {all_} devices are themselves again; the other {self.still} get cases of their own",
            f"{all_} 台设备中 {back} 台已恢复，其余 {self.still} 台分别立案",
        )

    def title(self, zone: str, labels: Mapping[str, Text]) -> Text:
        """What the case is called now: its figures, since when, and which kinds of devices they are."""
        since, said = f"{self.since.astimezone(ZoneInfo(zone)):%H:%M}", self.how_many
        named = [(labels.get(each["kind"], Text(each["kind"], each["kind"])), each) for each in self.kinds]
        en = ", ".join(f"{label.en} {each['devices']:,}" for label, each in named[:KINDS_NAMED])
        zh = "、".join(f"{label.zh} {each['devices']:,}" for label, each in named[:KINDS_NAMED])
        return Text(f"Outage: {said.en} since {since} ({en})", f"大面积离线：自 {since} 起{said.zh}（{zh}）")


def looked_at(connection: Connection, row: Row) -> Outage:
    """The outage of these figures, with its kinds and some of its places."""
    of = {"outages": row["outages"]}
    kinds = rows(connection, sql("outage_kinds"), of)
    places = [name for (name,) in connection.execute(sql("outage_names"), of)]
    return Outage(row["silent"], row["devices"], row["still"], row["since"], kinds, places)


def begin(connection: Connection, desk: CaseDesk, department: str, at: datetime) -> int:
    """A case for an outage of a department's devices; what it tells of them follows in the same transaction."""
    category = category_of(desk, department)
    due = deadline(category, at, desk.calendar).due
    opened = Opened(at, due, moment_of_share(category, at, category.ladder[0], desk.calendar), "hub")
    return put_down(connection, OpenCase(OUTAGE.label, OUTAGE.name), category, opened)


def category_of(desk: CaseDesk, department: str) -> Category:
    """Outages as this city answers them, but each by the department whose devices they are."""
    category = desk.categories.get(OUTAGE.name, OUTAGE)
    return msgspec.structs.replace(category, department=department or category.department)


def tell_opened(
    connection: Connection, desk: CaseDesk, case: int, row: Row, title: Text, why: Text | None, at: datetime
) -> None:
    """The first step says what it is about and until when; whoever is on duty there is told, once."""
    due = deadline(category_of(desk, row["department"]), at, desk.calendar)
    step(connection, case, at, "hub", "opened", joined(joined(title, why), due.because), figures(row))
    told = Text(f"#{case} {title.en}", f"#{case} {title.zh}")
    message = {"at": at, "department": row["department"], "role": "officer", "entity": None,
               "says": Jsonb(msgspec.to_builtins(told)), "facts": Jsonb({"case": case})}  # fmt: skip
    connection.execute(sql("put_message"), message)


def figures(row: Mapping[str, Any]) -> dict[str, int]:
    """How many there are, and how many are still not themselves."""
    return {"devices": row["devices"], "still": row["still"]}


def worth_a_step(now: Mapping[str, int], before: Mapping[str, int], told: Mapping[str, int]) -> bool:
    """Whether there are twice as many as was told last, or half as many still, or no more come: few steps tell all."""
    done_growing = now["devices"] == before["devices"] > told["devices"]
    return done_growing or now["devices"] >= 2 * told["devices"] or 2 * now["still"] <= told["still"]


def write_down(connection: Connection, case: int, outage: Outage, title: Text, told: Mapping[str, int]) -> None:
    """Let the case's name and facts say how things stand, and what of it was told last."""
    kinds = [{name: each[name] for name in ("kind", "devices", "still")} for each in outage.kinds]
    facts = {"devices": outage.devices, "still": outage.still, "since": outage.since.isoformat(), "kinds": kinds,
             "places": list(outage.places), "told": dict(told)}  # fmt: skip
    place = next((each for each in outage.kinds if each["lon"] is not None), {"lon": None, "lat": None})
    values = {"title": Jsonb(msgspec.to_builtins(title)), "facts": Jsonb({"outage": facts})}
    connection.execute(sql("tell_outage"), {"case": case, **values, "lon": place["lon"], "lat": place["lat"]})
