"""Outbreaks: which have a case at the places that the ill came to, and how late.

An outbreak is true at a place from the day on which the first of at least five of its people came there. Five people
more among fifty are nobody's to see, so an oracle says which of these count: one who knows the true mean of every day
at every place, and takes one, two or three weeks for an outbreak when chance would bring as many in less than one of a
thousand quiet weeks. `detected` is the share of the outbreaks at places that the oracle has seen a day before the end
which have a case, `detected_of_all` that of all true ones whether anybody could see them or not.

A case is `false` as a disease-control officer would find on going there: none of an outbreak's ill had come to that
place with that syndrome in the fortnight before, be there an outbreak next door or of another disease. A case that is
opened anew for what one has looked into before counts again.

`delay_s` is the median time from the first of the ill (or from the hub's first day, if he came before) to the case. By
its first patient nobody can tell an outbreak: `delay_oracle_s` is what the oracle itself takes of those that it sees,
and `delay_after_oracle_s` what the hub takes beyond that. `detected_anywhere` asks whether each outbreak was seen at
all.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from benchmarks.face.record import asked, counted, share
from citywide.hub.simulated.twin import TrueEvent

DAY = timedelta(days=1)
ALARMS = """
select about.id, alarm.raised, substr(alarm.rule, length('outbreak_') + 1) from hub.alarm
join hub.entity about on about.number = alarm.entity
where alarm.rule like 'outbreak\\_%' and alarm.answered_raise order by alarm.raised
"""  # each of them opened a case, or joined the one of another syndrome at the place


class Rang(NamedTuple):
    """What there is a case about: who, when, of which series."""

    entity: str
    at: datetime
    series: str


def scored(truth: list[TrueEvent], url: str, since: datetime, end: datetime) -> dict[str, float]:
    """True outbreaks at places against opened cases."""
    return compared(truth, asked(url, ALARMS, Rang), since, end)


def compared(truth: Sequence[TrueEvent], cases: Sequence[Rang], since: datetime, end: datetime) -> dict[str, float]:
    """The shares and delays of these cases."""
    came = [event for event in truth if event.system == "epidemic"]
    true = [event for event in came if event.what.startswith("outbreak_")]
    oracle = {_where(event): event.began for event in came if event.what.startswith("visible_")}
    fair = [event for event in true if oracle.get(_where(event), end) <= end - DAY]
    late = [(event, delay) for event in true if (delay := _delay(event, cases, since)) is not None]
    could = [(event, (max(oracle[_where(event)], since) - max(event.began, since)).total_seconds()) for event in fair]
    beyond = [max(0.0, ours - theirs) for event, ours in late for same, theirs in could if same is event]
    wrong = [case for case in cases if not any(_of_outbreak(event, case) for event in came)]
    return {
        **counted("epidemic", seen=len(beyond), events=len(fair), wrong=len(wrong), answers=len(cases)),
        "epidemic.detected_of_all": share(len(late), len(true)),
        "epidemic.detected_anywhere": share(len({event.what for event, _ in late}), len({one.what for one in true})),
        "epidemic.delay_s": _median([delay for _, delay in late]),
        "epidemic.delay_oracle_s": _median([delay for _, delay in could]),
        "epidemic.delay_after_oracle_s": _median(beyond),
        "epidemic.outbreaks": float(len(true)),
    }


def _where(event: TrueEvent) -> tuple[str, str]:
    return event.what.split("_", 1)[1], event.entity


def _median(delays: Sequence[float]) -> float:
    return float(np.median(delays)) if delays else float("nan")


def _delay(event: TrueEvent, cases: Sequence[Rang], since: datetime) -> float | None:
    mine = [(case.at - max(event.began, since)).total_seconds() for case in cases if _of_outbreak(event, case)]
    return min(mine, default=None)


def _of_outbreak(event: TrueEvent, case: Rang) -> bool:
    return _where(event) == (case.series, case.entity) and event.began <= case.at <= (event.ended or case.at)
