"""Steps of a case: what people read of it, each an entry of the evidence log."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.types.json import Jsonb

from citywide.hub.database.queries import sql
from citywide.hub.evidence.write import witness
from citywide.kit.text import Text


def step(
    connection: Connection,
    case: int,
    at: datetime,
    who: str,
    what: str,
    says: Text,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Put a step down, and tell the evidence log."""
    values = {"case": case, "at": at, "who": who, "what": what, "says": Jsonb(msgspec.to_builtins(says)),
              "facts": Jsonb(dict(facts or {}))}  # fmt: skip
    row = connection.execute(sql("add_step"), values).fetchone()
    assert row is not None
    led = says.en if says.en.startswith(what) else f"{what}: {says.en}"
    told = Text(f"#{case} {led}", f"#{case} {says.zh}")
    witness(connection, "case", told, department=row[0], at=at, who=who, facts={"case": case, "what": what})
    for one in row[1]:  # what was joined to it has the same said of it
        step(connection, one, at, who, what, says, facts)


KINDS: Mapping[str, Text] = {
    "opened": Text("taken in", "已受理"),
    "joined": Text("another report of the same matter", "同一事项再次上报"),
    "merged": Text("the same matter as another case: it goes on there", "与另一案件为同一事项，并案处置"),
    "parted": Text("it goes on as a case of its own", "拆分为单独案件"),
    "assigned": Text("somebody has been sent", "已派人处置"),
    "working": Text("work has begun", "已开始处置"),
    "paused": Text("the case must wait", "暂停处置"),
    "resumed": Text("it goes on", "恢复处置"),
    "rerouted": Text("passed to the department that is right", "已转交责任部门"),
    "checking": Text("work is done, to be checked", "处置完毕，待核查"),
    "closed": Text("closed", "结案"),
    "reopened": Text("reopened", "重新打开"),
    "confirmed": Text("a reporter confirms", "上报人确认已解决"),
    "rated": Text("a reporter has rated it", "上报人已评价"),
    "counted": Text("how many devices it is about", "涉及设备数更新"),
    "added": Text("a reporter has added something", "上报人补充了说明"),
}
NOTED = Text("noted", "已记录")


def mark_of(follower: bytes) -> dict[str, object]:
    """What tells on a step that the follower whose secret has this hash wrote it."""
    return {"follower": follower.hex()[:16]}


def told_to_all(row: Mapping[str, Any]) -> dict[str, str]:
    """A step as those read it who are not staff: its words where they are for them, else only what was done."""
    return row["says"] or msgspec.to_builtins(KINDS.get(row["what"], NOTED))


def ladder_step(remaining: timedelta) -> Text:
    """What a rung of the ladder says."""
    hours = abs(remaining.total_seconds()) / 3600
    en, zh = f"{hours:.1f} h", f"{hours:.1f} 小时"
    if hours < 1:
        minutes = max(1, round(60 * hours))
        en, zh = f"{minutes} min", f"{minutes} 分钟"
    if remaining > timedelta(0):
        return Text(f"{en} left until it is due", f"催办，剩余 {zh}")
    return Text(f"overdue by {en}", f"已超期 {zh}")


def joined(says: Text, because: Text | None) -> Text:
    """Two sentences as one."""
    return says if because is None else Text(f"{says.en}; {because.en}", f"{says.zh}；{because.zh}")


def noted(says: Text, note: str | Text) -> Text:
    """A sentence with somebody's own words behind it, or the hub's."""
    words = note if isinstance(note, Text) else Text(note, note)
    return Text(f"{says.en}: {words.en}", f"{says.zh}：{words.zh}") if note else says
