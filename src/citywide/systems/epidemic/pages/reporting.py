"""How late places report, what was known when, and what was set aside."""

from citywide.hub import Chart, Column, Field, Form, Page, Query, Table, Text
from citywide.systems.epidemic.model import Series
from citywide.systems.epidemic.pages.words import DISTRICT, PLACE, SERIES, STATE, WEEK
from citywide.systems.epidemic.watch.watched import Watched

PLACES = Table(
    Text("How late places report", "各单位报告延迟"),
    Query("reporting_delays"),
    (
        PLACE,
        DISTRICT,
        Column("hours", Text("After the day's end", "日终后报告"), "number", "h"),
        Column("newest", Text("Newest day", "最新日期")),
        Column("first_share", Text("Known at first", "首报比例"), "number", "%"),
        Column("revised", Text("Revisions in four weeks", "四周内修订数"), "number"),
    ),
    empty=Text("Comes once places have reported on several days", "各单位报告数日后显示"),
)
SET_ASIDE = Table(Text("Reports set aside", "被搁置的报告"), Query("reports_set_aside"), (PLACE, SERIES, WEEK, STATE))


def any_series(watched: Watched) -> Field:
    """One of all the city's series to choose."""
    return Field("kind", Text("Series", "序列"), "choice", required=True,
                 choices=tuple((one.name, one.label) for one in watched.series))  # fmt: skip


def last_weeks(series: Series) -> Chart:
    """The newest weeks of one syndrome: reported, and as they will stand."""
    return Chart(
        Text(f"The last weeks, reported and as they will stand: {series.label.en}",
             f"近几周已报告数与最终预计：{series.label.zh}"),
        Query("nowcast_chart", {"kind": series.name}), "time", "value", by="what", low="low", high="high", shape="fan",
        empty=Text("The weeks come within minutes of the first reports that are judged", "首批报告研判后数分钟内给出"),
    )  # fmt: skip


def known_share(watched: Watched) -> Chart:
    """How much of a day is known so many days later."""
    return Chart(
        Text("Known share of a day's visits, by days passed", "就诊已报告比例（按延后天数）"),
        Query("delay_chart", {"kinds": ",".join(watched.names)}),
        "days", "share", unit="%", along=Text("days passed", "延后天数"),
        empty=Text("Drawn once there are reports of days more than ten days ago", "有十天以前的报告后绘制"),
    )  # fmt: skip


def as_of(watched: Watched) -> Form:
    """What was known of a series on a past day, beside what is known now."""
    return Form(
        Text("What did we know then?", "当时已知什么？"),
        "/v1/epidemic/as_of",
        (any_series(watched), Field("day", Text("Day", "日期"), "date", required=True)),
        (
            WEEK,
            Column("then", Text("Known then", "当时已知"), "number"),
            Column("now", Text("Known now", "现已知"), "number"),
        ),
    )


def reporting(watched: Watched) -> Page:
    """How late each syndrome is told, and what was known when."""
    return Page(
        "reporting",
        Text("Reporting delays", "报告时效"),
        (*map(last_weeks, watched.syndromes), known_share(watched), as_of(watched), PLACES, SET_ASIDE),
        empty=Text("Nothing has been set aside or held back", "无搁置或延迟"),
        tells=Text(
            "The newest weeks are never complete; the fan shows where they will end",
            "最近几周数据总不完整，色带为补报齐全后的预计",
        ),
    )
