"""Who infected whom, whom to call, and who may see names."""

from citywide.hub import Chart, Column, Field, Form, Page, Query, Table, Text
from citywide.systems.epidemic.pages.words import SERIES, STATE, a_syndrome
from citywide.systems.epidemic.watch.watched import Watched

NO_TREE = Text("Drawn within minutes of the first patients listed by name", "首批实名病例报告后数分钟内绘制")
TREE = Chart(Text("Transmission tree", "传播链"), Query("transmission_tree"), "time", "lane", by="kind", shape="tree",
             empty=NO_TREE)  # fmt: skip
CASES = Table(
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
)
PLACES = Table(
    Text("Places that spread it", "传播场所"),
    Query("places_of_transmission"),
    (
        Column("place", Text("Place", "地点")),
        Column("how", Text("Where", "途径")),
        Column("cases", Text("Cases", "病例")),
    ),
)
GRANT = Form(
    Text("Let somebody see names (managers)", "授权查看姓名（主管）"),
    "/v1/grants",
    (
        Field("to", Text("To whom", "授予"), required=True),
        Field("hours", Text("Hours", "小时数"), "number"),
        Field("why", Text("Why", "事由"), "long_text", required=True),
    ),
)
GRANTS = Table(
    Text("Grants", "授权记录"),
    Query("grants", own=True),
    (
        Column("staff", Text("Who", "被授权人")),
        Column("given_by", Text("By", "授权人")),
        Column("until", Text("Until", "有效至"), "time"),
        Column("why", Text("Why", "事由")),
        STATE,
    ),
    live=("evidence",),
    empty=Text("Nobody may see names now", "目前无人获授权查看姓名"),
)


def contacts(watched: Watched) -> Form:
    """Whom to call, by name."""
    return Form(
        Text("Whom to call first (needs a grant; every name is recorded)", "密接排查名单（须授权，逐人留痕）"),
        "/v1/epidemic/contacts",
        (a_syndrome(watched), Field("most", Text("How many", "人数"), "number")),
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
    )


def tracing(watched: Watched) -> Page:
    """Who infected whom, and whom to call."""
    return Page(
        "tracing",
        Text("Source tracing", "溯源流调"),
        (TREE, CASES, PLACES, contacts(watched), GRANT, GRANTS),
        empty=Text("Patients are traced within minutes of their report", "病例报告后数分钟内完成溯源"),
        tells=Text(
            "Who probably infected whom, and whom to call first; names need a grant",
            "推断传播来源与优先排查对象；查看姓名须授权",
        ),
    )
