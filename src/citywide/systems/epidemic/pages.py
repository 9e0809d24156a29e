"""What the disease-control desk sees; counts below the minimum cell are left out before they come here."""

from citywide.hub import Board, Chart, Column, Field, Form, Layer, Map, Page, Query, Stat, Table, Text, Timeline
from citywide.systems.epidemic.model import DEPARTMENT, SYNDROMES, Series

PLACE = Column("name", Text("Place", "地点"))
SERIES = Column("kind", Text("Series", "序列"), "state")
DISTRICT = Column("district", Text("District", "区"))
WEEK = Column("week", Text("Week up to", "周截至"))
RATE = Field("per_thousand", Text("Of a thousand quiet series-weeks", "每千个平常序列周"), "number", required=True)
STATE = Column("state", Text("State", "状态"), "state")


def rt(title: Text, query: str) -> Chart:
    """Rt day by day with 50 % and 95 %, for every disease that has one."""
    return Chart(
        title, Query(query), "time", "median", by="kind", low="low95", high="high95", bands=(("low50", "high50"),),
        shape="fan", threshold=1,
    )  # fmt: skip


SITUATION = Page(
    "situation",
    Text("Situation", "疫情态势"),
    (
        Stat(Text("Outbreak signals", "疫情信号"), Query("open_signals"), "count", worry=0, live=("alarm",)),
        Stat(Text("Series watched", "监测序列数"), Query("series_watched"), "count"),
        Stat(Text("Watched up to", "监测截至"), Query("newest_day"), "day"),
        Map(
            Text("Where it rings", "信号分布"),
            (Layer(Text("More than usual", "超出常量"), Query("alarms_map"), steps=(5, 10, 25, 50)),),
            live=("alarm",),
        ),
        Table(
            Text("The least likely by chance", "最不可能偶然的序列"),
            Query("signals_table"),
            (
                PLACE,
                SERIES,
                Column("observed", Text("Counted", "观察"), "number"),
                Column("expected", Text("Usual", "常量"), "number"),
                Column("p_value", Text("By chance", "偶然概率")),
                STATE,
                Column("says", Text("In words", "说明")),
            ),
            live=("alarm",),
        ),
        Chart(Text("Reported a week", "每周报告数"), Query("visits_by_week"), "time", "value", by="kind"),
        rt(Text("Reproduction number Rt", "实时再生数 Rt"), "rt_by_day"),
        rt(Text("Rt of the patients listed by name", "实名病例的再生数 Rt"), "rt_of_patients"),
        Board(Text("Cases", "案件"), Query("cases_of_department", {"department": DEPARTMENT})),
        Form(
            Text("How many false alarms are worth it", "可接受的误报率"),
            "/v1/epidemic/false_alarm_rate",
            (RATE,),
        ),
        Timeline(Text("What happened", "事件"), Query("evidence_of_department", {"department": DEPARTMENT})),
    ),
)  # fmt: skip


NOT_YET = Text(
    "The first forecast comes within minutes, once the reports have been looked through",
    "报告检视完成后数分钟内给出首次预测",
)


def fan(series: Series) -> Chart:
    """Four weeks of one syndrome in the whole city: what was reported, the median, 50 % and 95 %."""
    return Chart(
        Text(f"Weekly visits: {series.label.en}", f"每周就诊：{series.label.zh}"),
        Query("forecast_fan", {"kind": series.name}), "time", "value", by="what", low="low95", high="high95",
        bands=(("low50", "high50"),), shape="fan", empty=NOT_YET,
    )  # fmt: skip


FORECAST = Page(
    "forecast",
    Text("Forecast", "疫情预测"),
    (
        Stat(Text("Forecast made from what was known", "预测所依据数据截至"), Query("forecast_known"), "known"),
        Stat(Text("Error against “as last week”", "相对“与上周持平”的误差"), Query("forecast_skill"), "ratio", "%"),
        Stat(Text("Within 95 % interval", "落入95%区间"), Query("forecast_skill"), "in95", "%"),
        Stat(Text("Within 50 % interval", "落入50%区间"), Query("forecast_skill"), "in50", "%"),
        *map(fan, SYNDROMES),
        Table(
            Text("Districts, the week to come", "各区下周预测"),
            Query("forecast_table"),
            (
                DISTRICT,
                SERIES,
                WEEK,
                Column("median", Text("Median", "中位数"), "number"),
                Column("half", Text("50 %", "50%区间")),
                Column("most", Text("95 %", "95%区间")),
            ),
        ),
        Table(
            Text("What the forecast set aside, and why", "预测搁置的数据与原因"),
            Query("forecast_set_aside"),
            (Column("place", Text("Place", "地点")), SERIES, WEEK, Column("why", Text("Why", "原因"))),
        ),
        Table(
            Text("How past forecasts did", "既往预测评分"),
            Query("forecast_scores"),
            (
                WEEK,
                SERIES,
                Column("wis", Text("WIS", "加权区间评分"), "number"),
                Column("unchanged", Text("WIS, “as last week”", "“与上周持平”评分"), "number"),
                Column("ratio", Text("Ratio", "比值"), "number"),
                Column("in50", Text("In 50 %", "落入50%"), "number", "%"),
                Column("in95", Text("In 95 %", "落入95%"), "number", "%"),
            ),
        ),
    ),
)
