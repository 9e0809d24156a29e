"""Whether a change has helped: days before and after, matched by kind."""

from citywide.hub import Chart, Column, Field, Form, Page, Query, Table, Text
from citywide.systems.traffic.pages.plans import WHERE

COMPARISON = Page(
    "comparison",
    Text("Before and after", "前后对比"),
    (
        Table(
            Text("Before and after, days matched", "前后对比（按同类日匹配）"),
            Query("comparisons"),
            (
                Column("day", Text("Since", "自")),
                Column("what", Text("What changed", "变更内容")),
                Column("measure", Text("Measure", "指标")),
                Column("change", Text("Change", "变化"), "number", "%"),
                Column("low", Text("At least", "区间下限"), "number", "%"),
                Column("high", Text("At most", "区间上限"), "number", "%"),
                Column("p_value", Text("Chance of no effect", "p 值"), "number"),
                Column("days_before", Text("Days before", "变更前天数"), "number"),
                Column("days_after", Text("Days after", "变更后天数"), "number"),
                Column("verdict", Text("Verdict", "结论")),
            ),
            empty=Text("Name a day below: the days before and after it are compared", "在下方填写日期即作对比"),
        ),
        Form(
            Text("Compare before and after a day", "以某日为界作前后对比"),
            "/v1/traffic/milestones",
            (
                Field("day", Text("Day", "日期"), "date", required=True),
                Field("what", Text("What changed", "变更内容"), required=True),
                WHERE,
            ),
        ),
        Chart(
            Text("Congestion index by day", "日均拥堵指数"),
            Query("daily_history", {"name": "congestion_index"}),
            "day",
            "value",
            shape="bar",
            empty=Text("The first day is counted as it goes", "首日数据统计中"),
        ),
    ),
    tells=Text(
        "A difference counts when its whole interval lies on one side of zero; judged once a day",
        "整个区间在零的一侧才算有效差异，每日评定一次",
    ),
)
