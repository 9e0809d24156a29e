"""Outbreaks: which have a case at the places that the ill came to, and how late.

An outbreak is true at a place from the day on which the first of at least five of its people came there; `detected` is
the share of these with a case, `delay_s` the median time from that day (or from the hub's first, if it was there
before) to the case, and a case is `false` when none of the ill had come to the place in the fortnight before.
`detected_anywhere` asks whether each outbreak was seen at all.
"""

from datetime import datetime

import numpy as np

from benchmarks._city_record import Seen, asked, share
from citywide.hub.twin import TrueEvent

CASES = """
select about.id, step.at from hub.cases join hub.case_step step on step.cases = cases.id
join hub.entity about on about.number = cases.about
where cases.category = 'outbreak_signal' and step.what in ('opened', 'joined') order by step.at
"""


def scored(truth: list[TrueEvent], url: str, since: datetime) -> dict[str, float]:
    """True outbreaks at places against opened cases."""
    cases = asked(url, CASES)
    came = [event for event in truth if event.system == "epidemic"]
    true = [event for event in came if event.what.startswith("outbreak_")]
    delays = [delay for event in true if (delay := _seen_after(event, cases, since)) is not None]
    wrong = [case for case in cases if not any(_of_outbreak(event, case) for event in came)]
    syndromes = {event.what for event in true}
    seen = {event.what for event in true if _seen_after(event, cases, since) is not None}
    return {
        "epidemic.detected": share(len(delays), len(true)),
        "epidemic.detected_anywhere": share(len(seen), len(syndromes)),
        "epidemic.false": len(wrong) / max(1, len(cases)),
        "epidemic.delay_s": float(np.median(delays)) if delays else float("nan"),
        "epidemic.outbreaks": float(len(true)),
        "epidemic.cases": float(len(cases)),
    }


def _seen_after(event: TrueEvent, cases: list[Seen], since: datetime) -> float | None:
    mine = [(case.at - max(event.began, since)).total_seconds() for case in cases if _of_outbreak(event, case)]
    return min(mine) if mine else None


def _of_outbreak(event: TrueEvent, case: Seen) -> bool:
    return case.entity == event.entity and event.began <= case.at <= (event.ended or case.at)
