"""How things stand: signals, counts, Rt; counts below the minimum cell are left out before they come here."""

from citywide.hub import Chart, Column, Field, Form, Layer, Map, Page, Query, Stat, Table, Text, desk_of
from citywide.systems.epidemic.analysis.current import FEWEST_PATIENTS, RT_DAYS
from citywide.systems.epidemic.model import DEPARTMENT
from citywide.systems.epidemic.pages.words import PLACE, SERIES, STATE

RATE = Field("per_thousand", Text("Of a thousand quiet series-weeks", "每千个平常序列周"), "number", required=True)

CASES, HAPPENED = desk_of(DEPARTMENT)
NO_WEEK = Text("No whole week has been reported yet by enough people to be shown", "尚无达到展示人数的完整一周")
NO_RT = Text(f"Comes with {RT_DAYS // 7} weeks of reports, for syndromes that are one disease",
             f"满 {RT_DAYS // 7} 周报告后给出，仅限单一病种的症候群")  # fmt: skip
NO_RT_OF_PATIENTS = Text(f"Comes with {FEWEST_PATIENTS} patients of one disease listed by name",
                         f"同一病种实名病例满 {FEWEST_PATIENTS} 例后给出")  # fmt: skip


def rt(title: Text, query: str, empty: Text) -> Chart:
    """Rt day by day with 50 % and 95 %, for every disease that has one."""
    return Chart(
        title, Query(query), "time", "median", by="kind", low="low95", high="high95", bands=(("low50", "high50"),),
        shape="fan", threshold=1, empty=empty,
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
        Chart(Text("Reported a week", "每周报告数"), Query("visits_by_week"), "time", "value", by="kind",
              empty=NO_WEEK),
        rt(Text("Reproduction number Rt", "实时再生数 Rt"), "rt_by_day", NO_RT),
        rt(Text("Rt of the patients listed by name", "实名病例的再生数 Rt"), "rt_of_patients", NO_RT_OF_PATIENTS),
        CASES,
        Form(
            Text("How many false alarms are worth it", "可接受的误报率"),
            "/v1/epidemic/false_alarm_rate",
            (RATE,),
        ),
        HAPPENED,
    ),
    empty=Text("Places report in the morning; what they say is judged by ten", "各单位早间上报，十时前完成研判"),
    tells=Text(
        "Each signal is a place that counts clearly more than usual; it has opened a case of its own",
        "每个信号表示某处明显超出常量，并已自动立案",
    ),
)  # fmt: skip
