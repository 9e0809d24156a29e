"""What the signal engineer writes down to stay: plans of a crossing, the hours of a kind of day, event days."""

from citywide.hub import Column, Field, Form, Page, Query, Table, Text
from citywide.systems.traffic.pages.plans import AT_ONE, CROSSING, CYCLE, OFFSET, PLAN, SPLITS, WHO

DAY_KINDS = (
    ("weekday", Text("working day, make-up days too", "工作日（含调休补班）")),
    ("weekend", Text("weekend", "周末")),
    ("holiday", Text("public holiday", "节假日")),
    ("event", Text("event day", "活动日")),
)

TIMETABLES = Page(
    "timetables",
    Text("Plans and hours", "方案与时段表"),
    (
        Form(
            Text("A plan for a crossing", "编制路口方案"),
            "/v1/traffic/own-plans",
            (
                AT_ONE,
                Field("plan", Text("Name; a known one is replaced here", "名称（同名者在此被替换）"), required=True),
                Field(
                    "splits",
                    Text("Splits by phase in s, such as 34 17 34 17", "各相位秒数，如 34 17 34 17"),
                    required=True,
                ),
                Field("offset_s", Text("Offset in s", "相位差（秒）"), "number"),
            ),
        ),
        Form(
            Text("From when on which plan runs", "设定时段表"),
            "/v1/traffic/own-hours",
            (
                AT_ONE,
                Field("day_kind", Text("On which days", "适用日"), "choice", required=True, choices=DAY_KINDS),
                Field(
                    "hours",
                    Text(
                        "Hours, such as 00:00 night, 07:00 peak (empty: as volumes say)",
                        "时段，如 00:00 night, 07:00 peak（留空：按流量推定）",
                    ),
                ),
            ),
        ),
        Table(
            Text("Plans that engineers wrote", "人工编制方案"),
            Query("own_plans_table"),
            (CROSSING, PLAN, CYCLE, OFFSET, SPLITS, WHO, Column("at", Text("Written", "编制时间"), "time")),
            empty=Text("No plan was written by hand: volumes give them", "无人工方案，均由流量推定"),
        ),
        Table(
            Text("Hours that engineers set", "人工时段表"),
            Query("own_hours_table"),
            (
                CROSSING,
                Column("day_kind", Text("On which days", "适用日")),
                Column("hours", Text("Hours", "时段")),
                WHO,
            ),
            empty=Text(
                "No hours were set by hand: volumes and the city's usual hours give them",
                "无人工时段，按流量或全市惯例",
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
    ),
    tells=Text(
        "A split too short for green, clearance or walkers is refused with what would do; holidays follow the calendar",
        "绿灯、清空或行人时间不足的方案会被拒绝并说明要求；节假日与调休按日历执行",
    ),
)
