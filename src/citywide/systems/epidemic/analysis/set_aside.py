"""What a forecast did not believe or had to do without, in words of both languages."""

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from citywide.hub import Text
from citywide.systems.epidemic.analysis.weeks import FILLED_FROM, Stopped
from citywide.systems.epidemic.engine.cleaning import Fault, Problem

FAULTS = {
    Fault.NEGATIVE: Text("a negative count", "计数为负"),
    Fault.NOT_A_NUMBER: Text("not a number", "不是数字"),
    Fault.TWICE: Text("reported twice with different counts", "同周重复报告且数值不一"),
    Fault.OFF_WEEK: Text("the date ends no week", "日期不是周末日"),
    Fault.TYPO: Text("far from the weeks around it, as a slipped digit would be", "与前后各周相差悬殊，疑似错位"),
    Fault.STOPPED: Text("nought where many were expected: reporting has stopped", "应有多例而报零：疑似停报"),
    Fault.VANISHED: Text("reports no more", "不再报告"),
}
STANDS_IN = Text(
    f"nothing reported: counted as in the weeks before, for {FILLED_FROM} weeks at most",
    f"未报告：暂按此前各周计，至多 {FILLED_FROM} 周",
)
LEFT_OUT = Text(
    f"nothing reported for more than {FILLED_FROM} weeks: left out, in the weeks before too",
    f"连续 {FILLED_FROM} 周以上未报告：连同此前各周一并不计",
)


class Aside(Struct, frozen=True):
    """One place that took no part from a week on, or in one week, and why."""

    place: str
    week: date
    en: str
    zh: str


def set_aside(problems: Sequence[Problem], stops: Sequence[Stopped], minimum: int) -> Iterator[Aside]:
    """Everything that is to be shown of a forecast's doubts; small counts are not told."""
    for one in stops:
        why = LEFT_OUT if one.left_out else STANDS_IN
        yield Aside(one.hospital, one.since, why.en, why.zh)
    for one in problems:
        why, count = FAULTS[one.fault], f" ({one.value:g})" if one.value == 0 or abs(one.value) >= minimum else ""
        yield Aside(one.place, one.week.astype(object), why.en + count, why.zh + count)
