"""What an outbreak signal calls for: a case for the disease-control officer that explains itself."""

from collections.abc import Iterator, Mapping

from citywide.hub import Alarm, City, CloseCase, Command, Notify, OpenCase, Text
from citywide.systems.epidemic.model import DEPARTMENT, OUTBREAK_SIGNAL, Series
from citywide.systems.epidemic.own_tables import SQL


def investigate(series: Mapping[str, Series], alarm: Alarm, city: City) -> Iterator[Command]:
    """Open a case with the explanation as it was written when the signal was found."""
    kind = alarm.rule.removeprefix("outbreak_")
    found = city.rows(SQL["signal_of_alarm"], {"entity": alarm.about.id, "kind": kind})
    says = Text(**found[0]["says"]) if found else alarm.says
    facts = {name: found[0][name] for name in ("observed", "expected", "weeks", "p_value", "day")} if found else {}
    label = series[kind].label
    yield OpenCase(
        title=Text(f"Look into {label.en} at {alarm.about.name}", f"核查{alarm.about.name}{label.zh}异常"),
        category=OUTBREAK_SIGNAL.name,
        about=alarm.about,
        because=alarm.id,
        details=f"{says.en}\n{says.zh}",
        facts={"syndrome": kind, **facts},
    )
    yield Notify(DEPARTMENT, "officer", says)


def quiet_again(alarm: Alarm, _city: City) -> Iterator[Command]:
    """As many people as usual: the case is closed unless somebody has closed it."""
    note = Text(f"{alarm.about.name} is as usual again", f"{alarm.about.name}就诊已恢复常量")
    yield CloseCase(because=alarm.id, note=note)
