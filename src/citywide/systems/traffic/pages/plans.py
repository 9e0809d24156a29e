"""What the signal engineer sees of plans: which runs and why, another for a while, and what a day to come will run."""

from citywide.hub import Column, Field, Form, Page, Query, Table, Text

CONTROL, REASON = Column("control", Text("Control", "控制方式")), Column("reason", Text("Reason", "原因"))
CROSSING, PLAN = Column("name", Text("Crossing", "路口")), Column("plan", Text("Plan", "方案"))
CYCLE, OFFSET = (
    Column("cycle_s", Text("Cycle", "周期"), "number", "s"),
    Column("offset_s", Text("Offset", "相位差"), "number", "s"),
)
SPLITS, WHO = Column("splits", Text("Splits (s)", "各相位绿信（秒）")), Column("who", Text("By", "操作人"))
AMONG, ONE_PLAN = Query("crossing_choices"), Query("plan_names")
WHERE = Field("crossing", Text("Crossing (all when empty)", "路口（留空为全部）"), "choice", among=AMONG)
AT_ONE = Field("crossing", Text("Crossing", "路口"), "choice", required=True, among=AMONG)
FROM_DAY = Field("day", Text("From which day (now when empty)", "起始日期（留空为即时）"), "date")
FROM_HOUR = Field("at", Text("From what time, such as 07:30", "起始时刻，如 07:30"))
HOURS = Field("hours", Text("For how many hours", "持续小时"), "number", required=True)
WHY = Field("reason", Text("Reason", "原因"), required=True)

PLANS = Page(
    "plans",
    Text("Signal plans", "信号配时方案"),
    (
        Table(
            Text("Why this plan", "配时方案依据"),
            Query("plan_choices"),
            (Column("since", Text("Since", "启用时间"), "time"), CROSSING, PLAN, CYCLE, OFFSET, CONTROL, REASON),
            empty=Text("Plans are chosen every minute", "每分钟选定方案"),
        ),
        Form(
            Text("Another plan for a while", "临时更换方案"),
            "/v1/traffic/plan-changes",
            (
                Field("plan", Text("Plan", "方案"), "choice", required=True, among=ONE_PLAN),
                HOURS,
                FROM_DAY,
                FROM_HOUR,
                WHERE,
                Field("fixed", Text("Fixed, without adaptation", "固定配时，不自适应"), "yes_no"),
                WHY,
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
        Form(
            Text("What a day will run", "查看某日配时"),
            "/v1/traffic/day-ahead",
            (AT_ONE, Field("day", Text("Day", "日期"), "date", required=True)),
            shows=(
                Column("begins", Text("From", "开始")),
                Column("day_kind", Text("Kind of day", "日类型")),
                PLAN,
                CYCLE,
                OFFSET,
                SPLITS,
                REASON,
            ),
        ),
        Form(
            Text("End a change before its time", "提前结束变更"),
            "/v1/traffic/plan-changes/ended",
            (Field("change", Text("Change", "变更"), "choice", required=True, among=Query("running_changes")),),
        ),
    ),
    tells=Text(
        "Which plan each crossing runs and why; a change made here ends by itself",
        "各路口执行的方案及原因；在此所作变更到期自动恢复",
    ),
)
