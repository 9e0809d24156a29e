"""The words of disease control: what hospitals report, when a number is an alarm, and who answers for it."""

from datetime import timedelta

from msgspec import Struct

from citywide.hub import Category, Kind, Quantity, Rule, Text

DEPARTMENT = "disease_control"
FALSE_ALARM_RATE = 0.001  # share of quiet series-weeks that may ring; `hub.setting` may say otherwise
HOSPITAL = Kind("hospital", Text("Hospital", "医院"), facts=("district", "beds"))


class Syndrome(Struct, frozen=True):
    """What people come with."""

    name: str
    label: Text


SYNDROMES = (
    Syndrome("influenza_like", Text("influenza-like illness", "流感样病例")),
    Syndrome("diarrhoea", Text("diarrhoea", "腹泻")),
    Syndrome("fever_rash", Text("fever with rash", "发热伴出疹")),
    Syndrome("pneumonia", Text("pneumonia", "肺炎")),
)
LABEL = {syndrome.name: syndrome.label for syndrome in SYNDROMES}


def visits_of(syndrome: Syndrome) -> Quantity:
    """Visits of a day to one hospital."""
    label = Text(f"Visits: {syndrome.label.en}", f"就诊：{syndrome.label.zh}")
    return Quantity(f"visits_{syndrome.name}", "", label, low=0, high=20_000)


def usual_of(syndrome: Syndrome) -> Quantity:
    """Visits that are usual in the seven days up to now."""
    label = Text(f"Usual in a week: {syndrome.label.en}", f"每周常量：{syndrome.label.zh}")
    return Quantity(f"usual_{syndrome.name}", "", label, low=0, high=200_000)


def excess_of(syndrome: Syndrome) -> Quantity:
    """Visits beyond the usual where chance does not explain them, else nought."""
    label = Text(f"Beyond the usual: {syndrome.label.en}", f"超出常量：{syndrome.label.zh}")
    return Quantity(f"excess_{syndrome.name}", "", label, low=0, high=200_000)


def chance_of(syndrome: Syndrome) -> Quantity:
    """Share of quiet weeks that look as unusual as this one."""
    label = Text(f"By chance: {syndrome.label.en}", f"偶然概率：{syndrome.label.zh}")
    return Quantity(f"chance_{syndrome.name}", "", label, low=0, high=1)


def outbreak_of(syndrome: Syndrome) -> Rule:
    """More people than chance explains; cleared when they are as usual again."""
    label = syndrome.label
    return Rule(
        f"outbreak_{syndrome.name}",
        f"excess_{syndrome.name}",
        Text(f"{{name}}: {{value:.0f}} more visits for {label.en} than usual",
             f"{{name}}：{label.zh}就诊比常量多 {{value:.0f}} 人次"),
        above=0.5,
        severity="serious",
        kind=HOSPITAL.name,
    )  # fmt: skip


TESTS = Quantity("tests", "", Text("Laboratory tests", "实验室检测数"), low=0, high=100_000)
POSITIVE_TESTS = Quantity("positive_tests", "", Text("Positive tests", "检测阳性数"), low=0, high=100_000)
VISITS = tuple(map(visits_of, SYNDROMES))
FOUND = tuple(make(syndrome) for syndrome in SYNDROMES for make in (usual_of, excess_of, chance_of))
OUTBREAKS = tuple(map(outbreak_of, SYNDROMES))
OUTBREAK_SIGNAL = Category(
    "outbreak_signal", Text("Outbreak signal", "疫情信号"), DEPARTMENT, timedelta(hours=8), merge_within_m=5
)
