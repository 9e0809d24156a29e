"""What the signal engineer sees: why a plan runs, what was changed, and whether it helped."""

from citywide.hub import Chart, Column, Field, Form, Page, Query, Table, Text

USUAL = (("night", Text("night", "夜间")), ("day", Text("day", "平峰")), ("peak", Text("peak", "高峰")))
CONTROL, REASON = Column("control", Text("Control", "控制方式")), Column("reason", Text("Reason", "原因"))
CROSSING, PLAN = Column("name", Text("Crossing", "路口")), Column("plan", Text("Plan", "方案"))
WHO = Column("who", Text("By", "操作人"))
WHERE = Field(
    "crossing", Text("Crossing (all when empty)", "路口（留空为全部）"), "choice", among=Query("crossing_choices")
)
PLANS = Page(
    "plans",
    Text("Signal plans", "信号配时方案"),
    (
        Table(
            Text("Why this plan", "配时方案依据"),
            Query("plan_choices"),
            (
                Column("since", Text("Since", "启用时间"), "time"),
                CROSSING,
                PLAN,
                Column("cycle_s", Text("Cycle", "周期"), "number", "s"),
                Column("offset_s", Text("Offset", "相位差"), "number", "s"),
                CONTROL,
                REASON,
            ),
        ),
        Form(
            Text("Another plan for a while", "临时更换方案"),
            "/v1/traffic/plan-changes",
            (
                Field("plan", Text("Plan", "方案"), "choice", required=True, choices=USUAL),
                Field("hours", Text("For how many hours", "持续小时"), "number", required=True),
                Field("reason", Text("Reason", "原因"), required=True),
                WHERE,
                Field("fixed", Text("Fixed, without adaptation", "固定配时，不自适应"), "yes_no"),
            ),
        ),
        Table(
            Text("Planned changes; each returns by itself", "计划变更（到期自动恢复）"),
            Query("plan_changes"),
            (
                Column("begins", Text("From", "开始"), "time"),
                Column("ends", Text("Until", "结束"), "time"),
                CROSSING,
                PLAN,
                CONTROL,
                REASON,
                WHO,
            ),
            empty=Text("No change is planned: every crossing follows its timetable", "无计划变更，各路口按时段表运行"),
        ),
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
        Table(
            Text("Event days", "活动日"),
            Query("event_days_table"),
            (Column("day", Text("Day", "日期")), Column("name", Text("Event", "活动")), WHO),
            empty=Text("No day has an event timetable", "尚无按活动时段表运行的日期"),
        ),
        Form(
            Text("A day with an event timetable", "设定活动日"),
            "/v1/traffic/event-days",
            (
                Field("day", Text("Day", "日期"), "date", required=True),
                Field("name", Text("Event", "活动名称"), required=True),
            ),
        ),
        Chart(
            Text("Congestion index by day", "日均拥堵指数"),
            Query("daily_history", {"name": "congestion_index"}),
            "day",
            "value",
            shape="bar",
        ),
    ),
    tells=Text(
        "Which plan each crossing runs and why; a change made here ends by itself",
        "各路口执行的方案及原因；在此所作变更到期自动恢复",
    ),
)
