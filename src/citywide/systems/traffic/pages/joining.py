"""Where a crossing joins: its MAP, its detectors, its controller's log; and lanes closed for works."""

from citywide.hub import Column, Field, Form, Page, Query, Table, Text
from citywide.systems.traffic.pages.plans import AT_ONE, FROM_DAY, FROM_HOUR, HOURS, WHO, WHY

LANE = Field("lane", Text("Lane", "车道"), "choice", required=True, among=Query("lane_choices"))
SECONDS = (
    ("min_green_s", Text("Least green, s (5 when empty)", "最小绿灯（秒，默认 5）")),
    ("yellow_s", Text("Yellow, s (3)", "黄灯（秒，默认 3）")),
    ("all_red_s", Text("All red, s (1)", "全红（秒，默认 1）")),
    ("walk_s", Text("Walk, s (7)", "行人绿灯（秒，默认 7）")),
    ("walk_clears_s", Text("Walkers' clearance, s (6)", "行人清空（秒，默认 6）")),
)
JOINING = Page(
    "joining",
    Text("Joining and works", "路口接入与施工"),
    (
        Form(
            Text("A lane is closed for works", "车道施工封闭"),
            "/v1/traffic/works",
            (LANE, HOURS, FROM_DAY, FROM_HOUR, WHY),
        ),
        Table(
            Text("Works", "施工"),
            Query("works_table"),
            (
                Column("name", Text("Lane", "车道")),
                Column("begins", Text("From", "开始"), "time"),
                Column("ends", Text("Until", "结束"), "time"),
                Column("reason", Text("Reason", "原因")),
                WHO,
            ),
            empty=Text("No lane is closed for works", "无施工封闭车道"),
        ),
        Form(
            Text("A crossing joins by its MAP message", "按 MAP 消息接入路口"),
            "/v1/traffic/crossings",
            (
                Field("id", Text("Short id, such as 25", "短编号，如 25"), required=True),
                Field("name", Text("What people call it", "路口名称"), required=True),
                Field(
                    "map",
                    Text("MAP: JSON, or packed as hexadecimal", "MAP：JSON，或十六进制报文"),
                    "long_text",
                    required=True,
                ),
                Field("name_en", Text("Its English name", "英文名称")),
                Field("phases", Text("Groups by phase, such as 2 6, 1 5", "各相位信号组，如 2 6, 1 5")),
                *(Field(name, label, "number") for name, label in SECONDS),
            ),
            shows=(
                Column("thing", Text("Thing", "对象")),
                Column("name", Text("Name", "名称")),
                Column("note", Text("Note", "说明")),
            ),
        ),
        Table(
            Text("Crossings, the most silent first", "路口（久未上报者在前）"),
            Query("crossings_table"),
            (
                Column("name", Text("Crossing", "路口")),
                Column("id", Text("Id", "编号")),
                Column("number", Text("Number in SPaT and MAP", "SPaT、MAP 编号")),
                Column("lanes", Text("Lanes", "车道数"), "number"),
                Column("lights", Text("Lights told", "灯色上报"), "time"),
                Column("traffic", Text("Traffic told", "车流上报"), "time"),
                Column("events", Text("Events told", "事件上报"), "time"),
            ),
            empty=Text("No crossing has joined; bring one in above", "尚无路口，请在上方接入"),
        ),
        Form(
            Text("Name a lane's detectors", "设定车道检测器编号"),
            "/v1/traffic/detectors",
            (
                LANE,
                Field("advance", Text("Advance detector's number", "上游检测器编号"), "number"),
                Field("presence", Text("Stop-bar detector's number", "停止线检测器编号"), "number"),
            ),
        ),
        Form(
            Text("Bring in a controller's log", "导入信号机高精度事件"),
            "/v1/traffic/events",
            (
                AT_ONE,
                Field(
                    "table",
                    Text("Rows of time, event and parameter (CSV or JSON)", "时间、事件码、参数（CSV 或 JSON）"),
                    "long_text",
                    required=True,
                ),
            ),
            shows=(Column("what", Text("What", "项目")), Column("found", Text("Found", "结果"))),
        ),
    ),
    tells=Text(
        "A controller that speaks NTCIP 1202 then joins by citywide controller --crossing ID; the silent stand first",
        "NTCIP 1202 信号机随后用 citywide controller 命令接入；久未上报者在前",
    ),
)
