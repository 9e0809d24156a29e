"""The weeks to come, and how past forecasts did."""

from citywide.hub import Chart, Column, Page, Query, Stat, Table, Text
from citywide.systems.epidemic.model import Series
from citywide.systems.epidemic.pages.words import DISTRICT, SERIES, WEEK
from citywide.systems.epidemic.watch.watched import Watched

NOT_YET = Text(
    "The first forecast comes within minutes, once the reports have been looked through",
    "报告检视完成后数分钟内给出首次预测",
)
SKILL = (
    Stat(Text("Forecast made from what was known", "预测所依据数据截至"), Query("forecast_known"), "known"),
    Stat(Text("Error against “as last week”", "相对“与上周持平”的误差"), Query("forecast_skill"), "ratio", "%"),
    Stat(Text("Within 95 % interval", "落入95%区间"), Query("forecast_skill"), "in95", "%"),
    Stat(Text("Within 50 % interval", "落入50%区间"), Query("forecast_skill"), "in50", "%"),
)
DISTRICTS = Table(
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
    empty=NOT_YET,
)
SET_ASIDE = Table(
    Text("What the forecast set aside, and why", "预测搁置的数据与原因"),
    Query("forecast_set_aside"),
    (Column("place", Text("Place", "地点")), SERIES, WEEK, Column("why", Text("Why", "原因"))),
    empty=Text("Nothing has been set aside", "无搁置数据"),
)
SCORES = Table(
    Text("How past forecasts did", "既往预测评分"),
    Query("forecast_scores"),
    (
        WEEK,
        SERIES,
        Column("wis", Text("WIS", "加权区间评分"), "number"),
        Column("unchanged", Text("WIS, “as last week”", "“与上周持平”评分"), "number"),
        Column("ratio", Text("Ratio", "比值"), "number"),
        Column("in50", Text("Within inner band", "落入内带"), "number", "%"),
        Column("in95", Text("Within outer band", "落入外带"), "number", "%"),
    ),
    empty=Text("A forecast is scored once the weeks that it speaks of have passed", "所预测的周结束后评分"),
)


def fan(series: Series) -> Chart:
    """Four weeks of one syndrome in the whole city: what was reported, the median, 50 % and 95 %."""
    return Chart(
        Text(f"Weekly visits: {series.label.en}", f"每周就诊：{series.label.zh}"),
        Query("forecast_fan", {"kind": series.name}), "time", "value", by="what", low="low95", high="high95",
        bands=(("low50", "high50"),), shape="fan", empty=NOT_YET,
    )  # fmt: skip


def forecast(watched: Watched) -> Page:
    """The weeks to come of every syndrome."""
    return Page(
        "forecast",
        Text("Forecast", "疫情预测"),
        (*SKILL, *map(fan, watched.syndromes), DISTRICTS, SET_ASIDE, SCORES),
        tells=Text(
            "Four weeks ahead: the line is the median, the bands hold half and 95 % of what may come",
            "未来四周：线为中位数，色带为 50% 与 95% 区间",
        ),
    )
