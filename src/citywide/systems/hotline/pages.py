"""What the call-takers, the departments and the mayor see."""

from citywide.hub import Chart, Column, Field, Form, Layer, Map, Page, Query, Table, Text, count_of
from citywide.hub.screens.wall import LEAGUE_COLUMNS
from citywide.systems.hotline.model import REPORTABLE

TITLE, DEPARTMENT = Column("title", Text("Matter", "事项")), Column("department", Text("Department", "部门"))
STATE, REPORTERS = (
    Column("state", Text("State", "状态"), "state"),
    Column("reporters", Text("Reporters", "上报人数"), "number"),
)
REOPENED = Column("reopened", Text("Reopened", "重开次数"), "number")
NUMBER = Column("id", Text("Case", "案件"))
CATEGORIES = tuple((category.name, category.label) for category in REPORTABLE)
UNDERSTOOD = "/v1/hotline/understood"

CALLS = Page(
    "calls",
    Text("Calls", "来电受理"),
    (
        Form(
            Text("A call", "来电登记"),
            "/v1/hotline/calls",
            (
                Field("phone", Text("Caller's number", "来电号码"), "phone", known="/v1/hotline/caller"),
                Field("name", Text("Caller's name", "来电人"), "text"),
                Field("text", Text("What is told", "反映内容"), "long_text", required=True, known=UNDERSTOOD),
                Field("address", Text("Where", "地点"), "text"),
                Field("place", Text("On the map", "地图位置"), "place"),
                Field("everywhere", Text("No one place: the whole city", "无具体地点（全市性）"), "yes_no"),
                Field("category", Text("Category, if clear", "类别（可留空自动识别）"), "choice", choices=CATEGORIES),
            ),
        ),
        Table(
            Text("Open cases of residents", "市民未结案件"),
            Query("reported_cases"),
            (NUMBER, TITLE, DEPARTMENT, STATE, Column("due", Text("Due", "期限"), "deadline"), REPORTERS, REOPENED),
            live=("case",),
        ),
    ),
    tells=Text(
        "Write down what the caller says: matter, department and place are proposed while you type",
        "照来电人所述填写，边写边给出事项、部门与地点建议",
    ),
)
HOT = Page(
    "hot_spots",
    Text("Hot spots", "热点区域"),
    (
        Map(
            Text("Hot spots and open reports", "热点与未结上报"),
            (
                Layer(Text("Open reports", "未结上报"), Query("reported_on_map")),
                Layer(Text("Times the usual", "较平时倍数"), Query("hot_spots_on_map"), steps=(2, 4, 8)),
            ),
            live=("case",),
        ),
        Table(
            Text("More than usual", "异常聚集"),
            Query("hot_spots_listed"),
            (
                Column("category", Text("Category", "类别")),
                DEPARTMENT,
                Column("cases", Text("Cases", "案件数"), "number"),
                Column("expected", Text("Expected", "预期"), "number"),
                Column("days", Text("Days", "天数"), "number"),
                Column("radius_m", Text("Radius", "半径"), "number", "m"),
                Column("p", Text("p-value", "p 值"), "number"),
            ),
            empty=Text("No place has more reports than usual; looked for every hour", "各处上报量正常，每小时检视一次"),
        ),
        Table(
            Text("Repeated complaints", "重复投诉"),
            Query("repeat_complaints"),
            (NUMBER, TITLE, DEPARTMENT, STATE, REPORTERS, REOPENED),
            empty=Text("Nobody had to report the same twice", "无重复投诉"),
        ),
    ),
    tells=Text(
        "Where more is reported than usual for the place and season; look there for one common cause",
        "何处上报明显多于平时，应查找共同原因",
    ),
)
PERIODS = (
    (Text("the last 24 hours", "近 24 小时（日报）"), "1 day"),
    (Text("the last seven days", "近 7 天（周报）"), "7 days"),
    (Text("the last 90 days", "近 90 天"), "90 days"),
)


NOBODY = Text("Nobody reported anything in this time", "此时段内无市民上报")


def _departments(period: Text, back: str) -> Table:
    """How the departments did in a period."""
    return Table(
        Text(f"Departments, {period.en}", f"部门办理情况，{period.zh}"),
        Query("league", {"back": back, "reporters": 1}),
        LEAGUE_COLUMNS,
        live=("case",),
        empty=NOBODY,
    )


def _categories(period: Text, back: str) -> Chart:
    """What was reported in a period."""
    title = Text(f"By category, {period.en}", f"类别分布，{period.zh}")
    return Chart(title, Query("by_category", {"back": back}), "category", "cases", shape="bar", empty=NOBODY)


REPORT = Page(
    "report",
    Text("Report", "热线报告"),
    (
        count_of(Text("Open", "未结"), "reported_open", live=("case",)),
        count_of(Text("Late", "超期"), "reported_late", worry=1, live=("case",)),
        Table(
            Text("Take the report along", "报告下载"),
            Query("report_links"),
            (Column("name", Text("Report", "报告")), Column("says", Text("Form", "格式"))),
        ),
        *(_departments(*period) for period in PERIODS),
        *(_categories(*period) for period in PERIODS),
    ),
    tells=Text(
        "How residents were served, by department and by matter; take it along as a PDF",
        "按部门与事项统计市民诉求办理，可下载 PDF",
    ),
)
