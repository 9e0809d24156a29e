"""Where beds, tests and vaccines go."""

from citywide.hub import Column, Field, Form, Page, Query, Table, Text
from citywide.systems.epidemic.pages.words import DISTRICT, WEEK, a_syndrome
from citywide.systems.epidemic.supply_plan import THINGS
from citywide.systems.epidemic.watch.watched import Watched

WHAT = Field("what", Text("What", "资源"), "choice", required=True,
             choices=tuple((name, thing.label) for name, thing in THINGS.items()))  # fmt: skip
AMOUNTS = (
    Field("available", Text("New each week", "每周新增"), "number", required=True),
    Field("at_hand", Text("Already in the districts", "各区已有"), "number"),
    Field("a_visit", Text("Needed for each visit", "每例就诊所需"), "number"),
    Field("least_share", Text("Least share of an even split, 0 to 1", "最低均分比例，0至1"), "number"),
)
SHARES = (
    WEEK,
    Column("place", Text("District", "区")),
    Column("need_median", Text("Likely need", "可能需求"), "number"),
    Column("need_high", Text("At worst", "最高需求"), "number"),
    Column("at_hand", Text("At hand", "现有"), "number"),
    Column("sent", Text("To send", "拨付"), "number"),
    Column("short_chance", Text("Chance of a shortage", "短缺概率"), "number", "%"),
    Column("says", Text("Why", "理由")),
)
PLANS = Table(
    Text("Plans so far", "已作计划"),
    Query("allocations"),
    (
        Column("made", Text("Made", "时间"), "time"),
        Column("by", Text("By", "制定人")),
        Column("says", Text("What", "内容")),
        DISTRICT,
        WEEK,
        Column("sent", Text("To send", "拨付"), "number"),
        Column("why", Text("Why", "理由")),
    ),
    live=("evidence",),
)


def plan(watched: Watched) -> Form:
    """What there is, placed by the newest forecast of one syndrome."""
    return Form(
        Text("Place what there is by the newest forecast", "按最新预测分配资源"),
        "/v1/epidemic/allocation",
        (WHAT, a_syndrome(watched), *AMOUNTS),
        SHARES,
    )


def allocation(watched: Watched) -> Page:
    """Plans by the newest forecast of one of the syndromes."""
    return Page(
        "allocation",
        Text("Beds, tests, vaccines", "床位·检测·疫苗"),
        (plan(watched), PLANS),
        empty=Text("Nothing has been placed yet", "尚未分配"),
        tells=Text(
            "Share out what there is by the newest forecast; the plan says how likely each district runs short",
            "按最新预测分配资源，并给出各区短缺概率",
        ),
    )
