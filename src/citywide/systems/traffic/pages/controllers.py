"""What controllers report of themselves: every measure in a line, and one of them over the day."""

import json

from citywide.hub import Chart, Choice, Column, Page, Query, Table, Text
from citywide.systems.traffic.duties.judged import MEASURES
from citywide.systems.traffic.pages.desk import NO_EVENTS, SERVICE

TITLES = json.dumps(
    [
        {"name": name, "en": one.title.en, "zh": one.title.zh, "unit": one.unit, "summed": one.summed}
        for name, one in MEASURES.items()
        if name not in SERVICE
    ],
    ensure_ascii=False,
)
CONTROLLERS = Page(
    "controllers",
    Text("How controllers work", "信号机运行"),
    (
        Table(
            Text("What was counted last", "最近一次统计"),
            Query("controller_measures", {"titles": TITLES}),
            (
                Column("title", Text("Measure", "指标")),
                Column("value", Text("Value", "数值"), "number"),
                Column("unit", Text("Unit", "单位")),
                Column("how", Text("Over the city", "全市口径")),
                Column("crossings", Text("Crossings that tell it", "上报路口数"), "number"),
                Column("time", Text("Quarter of an hour from", "时段起点"), "time"),
            ),
            empty=NO_EVENTS,
        ),
        Chart(
            Text("One measure by crossing over a day", "单项指标（按路口，一日内）"),
            Query("controller_history", {"titles": TITLES}),
            "time",
            "value",
            by="name",
            choice=Choice(Text("Measure", "指标"), Query("controller_choices", {"titles": TITLES})),
            empty=NO_EVENTS,
        ),
    ),
    tells=Text(
        "What the controllers report of themselves; what none has ever reported says so",
        "信号机自报情况；从未上报的项目会注明",
    ),
)
