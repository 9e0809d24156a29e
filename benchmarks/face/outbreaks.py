"""Outbreaks: which have a case at the places that the ill came to, and how late.

An outbreak is true at a place from the day on which the first of at least five of its people came there. Five people
more among fifty are nobody's to see, so an oracle says which of these count: one who knows the true mean of every day
at every place, and takes one, two or three weeks for an outbreak when chance would bring as many in less than the
0.1 % of quiet weeks that may ring. `detected` is the share of the outbreaks at places that the oracle has seen a day
before the end which have a case, `detected_of_all` that of all true ones whether anybody could see them or not.
`delay_s` is the median time from the first of the ill (or from the hub's first day, if he came before) to the case,
`delay_after_oracle_s` from the oracle's morning. A case is `false` when none of the ill had come to the place in the
fortnight before. `detected_anywhere` asks whether each outbreak was seen at all.
"""

from datetime import datetime, timedelta

import numpy as np
from msgspec import structs

from benchmarks.face.record import Seen, asked, counted, share
from citywide.hub.simulated.twin import TrueEvent

DAY = timedelta(days=1)
CASES = """
select about.id, step.at from hub.cases join hub.case_step step on step.cases = cases.id
join hub.entity about on about.number = cases.about
where cases.category = 'outbreak_signal' and step.what in ('opened', 'joined') order by step.at
"""


def scored(truth: list[TrueEvent], url: str, since: datetime, end: datetime) -> dict[str, float]:
    """True outbreaks at places against opened cases."""
    cases = asked(url, CASES)
    came = [event for event in truth if event.system == "epidemic"]
    true = [event for event in came if event.what.startswith("outbreak_")]
    oracle = {_where(event): event.began for event in came if event.what.startswith("visible_")}
    fair = [event for event in true if oracle.get(_where(event), end) <= end - DAY]
    caught = [event for event in fair if _seen_after(event, cases, since) is not None]
    later = [_seen_after(structs.replace(event, began=oracle[_where(event)]), cases, since) for event in caught]
    delays = [delay for event in true if (delay := _seen_after(event, cases, since)) is not None]
    wrong = [case for case in cases if not any(_of_outbreak(event, case) for event in came)]
    syndromes = {event.what for event in true}
    seen = {event.what for event in true if _seen_after(event, cases, since) is not None}
    return {
        **counted("epidemic", seen=len(caught), events=len(fair), wrong=len(wrong), answers=len(cases)),
        "epidemic.detected_of_all": share(len(delays), len(true)),
        "epidemic.detected_anywhere": share(len(seen), len(syndromes)),
        "epidemic.delay_s": float(np.median(delays)) if delays else float("nan"),
        "epidemic.delay_after_oracle_s": float(np.median([0.0 if one is None else one for one in later] or [np.nan])),
        "epidemic.outbreaks": float(len(true)),
    }


def _where(event: TrueEvent) -> tuple[str, str]:
    return event.what.split("_", 1)[1], event.entity


def _seen_after(event: TrueEvent, cases: list[Seen], since: datetime) -> float | None:
    mine = [(case.at - max(event.began, since)).total_seconds() for case in cases if _of_outbreak(event, case)]
    return min(mine) if mine else None


def _of_outbreak(event: TrueEvent, case: Seen) -> bool:
    return case.entity == event.entity and event.began <= case.at <= (event.ended or case.at)
