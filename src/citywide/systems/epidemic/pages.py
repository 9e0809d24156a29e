"""What the disease-control desk sees; counts below the minimum cell are left out by the queries."""

from citywide.hub import Board, Chart, Column, Layer, Map, Page, Query, Stat, Table, Text, Timeline
from citywide.systems.epidemic.model import DEPARTMENT

HOSPITAL = Column("name", Text("Hospital", "医院"))
SYNDROME = Column("kind", Text("Syndrome", "症候群"), "state")
STATE = Column("state", Text("State", "状态"), "state")

SITUATION = Page(
    "situation",
    Text("Situation", "疫情态势"),
    (
        Stat(Text("Outbreak signals", "疫情信号"), Query("open_signals"), "count", worry=0, live=("alarm",)),
        Stat(Text("Series watched", "监测序列数"), Query("series_watched"), "count"),
        Stat(Text("Watched up to", "监测截至"), Query("newest_day"), "day"),
        Map(
            Text("Where it rings", "信号分布"),
            (Layer(Text("More visits than usual", "超出常量就诊"), Query("alarms_map"), steps=(5, 10, 25, 50)),),
            live=("alarm",),
        ),
        Chart(Text("Visits a week", "每周就诊"), Query("visits_by_week"), "time", "value", by="kind"),
        Table(
            Text("The least likely by chance", "最不可能偶然的序列"),
            Query("signals_table"),
            (
                HOSPITAL,
                SYNDROME,
                Column("observed", Text("Visits", "就诊"), "number"),
                Column("expected", Text("Usual", "常量"), "number"),
                Column("p_value", Text("By chance", "偶然概率"), "number"),
                STATE,
                Column("says", Text("In words", "英文说明")),
                Column("says_zh", Text("In Chinese", "说明")),
            ),
            live=("alarm",),
        ),
        Board(Text("Cases", "案件"), Query("cases_of_department", {"department": DEPARTMENT})),
        Timeline(Text("What happened", "事件"), Query("evidence_of_department", {"department": DEPARTMENT})),
    ),
)

REPORTING = Page(
    "reporting",
    Text("Reporting delays", "报告时效"),
    (
        Table(
            Text("How late hospitals report", "各医院报告延迟"),
            Query("reporting_delays"),
            (
                HOSPITAL,
                Column("hours", Text("Hours after the day", "日终后小时数"), "number", "h"),
                Column("newest", Text("Newest day", "最新日期"), "time"),
                Column("revised", Text("Revisions in four weeks", "四周内修订数"), "number"),
            ),
        ),
        Table(
            Text("Reports set aside", "被搁置的报告"),
            Query("reports_set_aside"),
            (HOSPITAL, SYNDROME, Column("week", Text("Week up to", "周截至"), "time"), STATE),
        ),
    ),
)
