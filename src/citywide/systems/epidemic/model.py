"""The words of disease control: who reports what, when a number is an alarm, and who answers for it."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from citywide.hub import Category, Kind, Quantity, Rule, Text
from citywide.systems.epidemic.course import HAND_FOOT_AND_MOUTH, INFLUENZA, NOROVIRUS, Course

DEPARTMENT = "disease_control"
FALSE_ALARM_RATE = 0.0001  # share of quiet series-weeks that may ring; `hub.setting` may say otherwise
DAY = timedelta(days=1)
MOST_A_DAY = 20_000  # that one place may count
HOSPITAL = Kind("hospital", Text("Hospital", "医院"), facts=("district", "beds"))
SCHOOL = Kind("school", Text("School", "学校"), facts=("district", "pupils"))
PHARMACY = Kind("pharmacy", Text("Pharmacy", "药店"), facts=("district",))


class Series(Struct, frozen=True):
    """A number that one kind of place reports day by day, and what its counts are called."""

    name: str
    label: Text
    counts: Text = Text("visits", "就诊")
    at: str = HOSPITAL.name
    quantity: str = ""
    course: Course | None = None  # of the disease, where it is one

    @property
    def reading(self) -> str:
        """The quantity under which its readings come."""
        return self.quantity or f"visits_{self.name}"


SYNDROMES = (
    Series("influenza_like", Text("influenza-like illness", "流感样病例"), course=INFLUENZA),
    Series("diarrhoea", Text("diarrhoea", "腹泻"), course=NOROVIRUS),
    Series("fever_rash", Text("fever with rash", "发热伴出疹"), course=HAND_FOOT_AND_MOUTH),
    Series("pneumonia", Text("pneumonia", "肺炎")),  # no one infection: it has no Rt
)
POSITIVES = Series("positives", Text("laboratory results", "实验室检测"), Text("positive tests", "阳性检测"),
                   quantity="positive_tests")  # fmt: skip
TOLD = Series("told", Text("illness told to the hotline", "热线反映疾病"), Text("calls", "来电"), quantity="told_ill")
ABSENCE = Series("absence", Text("illness at school", "学生因病"), Text("absences", "缺课"),
                 SCHOOL.name, "absent_pupils")  # fmt: skip
REMEDIES = Series("remedies", Text("fever and cough", "退热止咳药品"), Text("packs sold", "销售"),
                  PHARMACY.name, "remedies_sold")  # fmt: skip
OTHERS = (POSITIVES, TOLD, ABSENCE, REMEDIES)
WORDS_OF_ILLNESS = "发烧|发热|腹泻|拉肚子|呕吐|咳嗽|食物中毒|皮疹|fever|diarrh|vomit|cough|food poison|rash"


def counted(series: Series) -> Quantity:
    """What one place reports of a day."""
    label = Text(f"{series.counts.en.capitalize()}: {series.label.en}", f"{series.counts.zh}：{series.label.zh}")
    return Quantity(series.reading, "", label, low=0, high=MOST_A_DAY, every=DAY)


def usual_of(series: Series) -> Quantity:
    """What is usual in the seven days up to now."""
    label = Text(f"Usual in a week: {series.label.en}", f"每周常量：{series.label.zh}")
    return Quantity(f"usual_{series.name}", "", label, low=0, high=200_000, every=DAY)


def excess_of(series: Series) -> Quantity:
    """How much there is beyond the usual where chance does not explain it, else nought."""
    label = Text(f"Beyond the usual: {series.label.en}", f"超出常量：{series.label.zh}")
    return Quantity(f"excess_{series.name}", "", label, low=0, high=200_000, every=DAY)


def chance_of(series: Series) -> Quantity:
    """Share of quiet weeks that look as unusual as this one."""
    label = Text(f"By chance: {series.label.en}", f"偶然概率：{series.label.zh}")
    return Quantity(f"chance_{series.name}", "", label, low=0, high=1, every=DAY)


def outbreak_of(series: Series) -> Rule:
    """More than chance explains; cleared when it is as usual again."""
    label, counts = series.label, series.counts
    return Rule(
        f"outbreak_{series.name}",
        f"excess_{series.name}",
        Text(f"{{name}}: {{value:.0f}} more {counts.en} for {label.en} than usual",
             f"{{name}}：{label.zh}{counts.zh}比常量多 {{value:.0f}}"),
        above=0.5,
        severity="serious",
        kind=series.at,
    )  # fmt: skip


def quantities_of(series: Sequence[Series]) -> tuple[Quantity, ...]:
    """All that is counted and found of these series, and the tests behind the positive ones."""
    found = (make(one) for one in series for make in (usual_of, excess_of, chance_of))
    return (*map(counted, series), *found, TESTS)


TESTS = Quantity("tests", "", Text("Laboratory tests", "实验室检测数"), low=0, high=100_000, every=DAY)
OUTBREAK_SIGNAL = Category(
    "outbreak_signal",
    Text("Outbreak signal", "疫情信号"),
    DEPARTMENT,
    timedelta(hours=8),
    around_the_clock=True,
    merge_within_m=5,
)
