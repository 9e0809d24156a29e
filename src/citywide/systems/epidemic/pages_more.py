"""Pages with a form: reporting delays and what was known when, source tracing, and placing what is scarce."""

from citywide.hub import Chart, Column, Field, Form, Page, Query, Table, Text
from citywide.systems.epidemic.allocating import THINGS
from citywide.systems.epidemic.model import SERIES as ALL_SERIES
from citywide.systems.epidemic.model import SYNDROMES, Series
from citywide.systems.epidemic.pages import DISTRICT, PLACE, SERIES, STATE, WEEK

SYNDROME = Field("kind", Text("Syndrome", "症候群"), "choice", required=True,
                 choices=tuple((one.name, one.label) for one in SYNDROMES))  # fmt: skip
ANY_SERIES = Field("kind", Text("Series", "序列"), "choice", required=True,
                   choices=tuple((one.name, one.label) for one in ALL_SERIES))  # fmt: skip


def last_weeks(series: Series) -> Chart:
    """The newest weeks of one syndrome: reported, and as they will stand."""
    return Chart(
        Text(f"The last weeks, reported and as they will stand: {series.label.en}",
             f"近几周已报告数与最终预计：{series.label.zh}"),
        Query("nowcast_chart", {"kind": series.name}), "time", "value", by="what", low="low", high="high", shape="fan",
    )  # fmt: skip


REPORTING = Page(
    "reporting",
    Text("Reporting delays", "报告时效"),
    (
        *map(last_weeks, SYNDROMES),
        Chart(
            Text("Known share of a day's visits, by days passed", "就诊已报告比例（按延后天数）"),
            Query("delay_chart", {"kinds": ",".join(one.name for one in SYNDROMES)}),
            "days", "share", unit="%",
        ),
        Form(
            Text("What did we know then?", "当时已知什么？"),
            "/v1/epidemic/as_of",
            (ANY_SERIES, Field("day", Text("Day", "日期"), "date", required=True)),
            (
                WEEK,
                Column("then", Text("Known then", "当时已知"), "number"),
                Column("now", Text("Known now", "现已知"), "number"),
            ),
        ),
        Table(
            Text("How late places report", "各单位报告延迟"),
            Query("reporting_delays"),
            (
                PLACE,
                DISTRICT,
                Column("hours", Text("Hours after the day", "日终后小时数"), "number", "h"),
                Column("newest", Text("Newest day", "最新日期")),
                Column("first_share", Text("Known at first", "首报比例"), "number", "%"),
                Column("revised", Text("Revisions in four weeks", "四周内修订数"), "number"),
            ),
        ),
        Table(
            Text("Reports set aside", "被搁置的报告"),
            Query("reports_set_aside"),
            (PLACE, SERIES, WEEK, STATE),
        ),
    ),
)  # fmt: skip

TRACING = Page(
    "tracing",
    Text("Source tracing", "溯源流调"),
    (
        Chart(Text("Transmission tree", "传播链"), Query("transmission_tree"), "time", "lane", by="kind", shape="tree"),
        Table(
            Text("Cases and their likeliest sources", "病例与最可能来源"),
            Query("transmission_table"),
            (
                Column("patient", Text("Case", "病例"), "number"),
                SERIES,
                Column("onset", Text("Fell ill", "发病")),
                Column("infector", Text("Infected by case", "传染源病例"), "number"),
                Column("chance", Text("Chance", "可能性"), "number", "%"),
                Column("how", Text("Where", "途径")),
                Column("place", Text("Place", "地点")),
                Column("hospital", Text("Hospital", "医院")),
            ),
        ),
        Table(
            Text("Places that spread it", "传播场所"),
            Query("places_of_transmission"),
            (Column("place", Text("Place", "地点")), Column("how", Text("Where", "途径")),
             Column("cases", Text("Cases", "病例"))),
        ),
        Form(
            Text("Whom to call first (needs a grant; every name is recorded)", "密接排查名单（须授权，逐人留痕）"),
            "/v1/epidemic/contacts",
            (SYNDROME, Field("most", Text("How many", "人数"), "number")),
            (
                Column("rank", Text("Rank", "次序"), "number"),
                Column("name", Text("Name", "姓名")),
                Column("phone", Text("Phone", "电话")),
                Column("chance", Text("Chance of infection", "感染可能性"), "number", "%"),
                Column("patient", Text("Met case", "接触病例"), "number"),
                Column("context", Text("How", "方式")),
                Column("place", Text("Place", "地点")),
                Column("last_met", Text("Last met", "末次接触")),
            ),
        ),
        Form(
            Text("Let somebody see names (managers)", "授权查看姓名（主管）"),
            "/v1/grants",
            (
                Field("to", Text("To whom", "授予"), required=True),
                Field("hours", Text("Hours", "小时数"), "number"),
                Field("why", Text("Why", "事由"), "long_text", required=True),
            ),
        ),
        Table(
            Text("Grants", "授权记录"),
            Query("grants"),
            (
                Column("staff", Text("Who", "被授权人")),
                Column("given_by", Text("By", "授权人")),
                Column("until", Text("Until", "有效至"), "time"),
                Column("why", Text("Why", "事由")),
                STATE,
            ),
            live=("evidence",),
        ),
    ),
)  # fmt: skip

ALLOCATION = Page(
    "allocation",
    Text("Beds, tests, vaccines", "床位·检测·疫苗"),
    (
        Form(
            Text("Place what there is by the newest forecast", "按最新预测分配资源"),
            "/v1/epidemic/allocation",
            (
                Field("what", Text("What", "资源"), "choice", required=True,
                      choices=tuple((name, thing.label) for name, thing in THINGS.items())),
                SYNDROME,
                Field("available", Text("New each week", "每周新增"), "number", required=True),
                Field("at_hand", Text("Already in the districts", "各区已有"), "number"),
                Field("a_visit", Text("Needed for each visit", "每例就诊所需"), "number"),
                Field("least_share", Text("Least share of an even split, 0 to 1", "最低均分比例，0至1"), "number"),
            ),
            (
                WEEK,
                Column("place", Text("District", "区")),
                Column("need_median", Text("Likely need", "可能需求"), "number"),
                Column("need_high", Text("At worst", "最高需求"), "number"),
                Column("at_hand", Text("At hand", "现有"), "number"),
                Column("sent", Text("To send", "拨付"), "number"),
                Column("short_chance", Text("Chance of a shortage", "短缺概率"), "number", "%"),
                Column("says", Text("Why", "理由")),
            ),
        ),
        Table(
            Text("Plans so far", "已作计划"),
            Query("allocations"),
            (
                Column("made", Text("Made", "时间"), "time"),
                Column("by", Text("By", "制定人")),
                Column("says", Text("What", "内容")),
                DISTRICT,
                WEEK,
                Column("sent", Text("To send", "拨付"), "number"),
                Column("why", Text("Why", "理由")),
            ),
            live=("evidence",),
        ),
    ),
)  # fmt: skip
