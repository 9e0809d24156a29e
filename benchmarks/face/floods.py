"""Floods: which true ones have a case, how late, and which were foretold.

A flood is true from the moment its water stands at 10 cm until it has fallen below 7 cm. `detected` counts
the floods under gauges that could see them; `detected_all` those under stuck and silent gauges too. `false`
is the share of opened cases of flooded roads with no true flood then or within half an hour. `delay_s` is
the median time from the true crossing to the case; `warned` the share of floods foretold before they came,
`warning_lead_s` the median time by which they were, `false_warnings` the share of warnings that no crossing
followed. A warning counts from the moment in which the officer was told, not from the readings that it is made of.
"""

from datetime import timedelta

import numpy as np

from benchmarks.face.record import Seen, asked, counted, share
from citywide.hub.simulated.twin import TrueEvent

SOON, REPORT = timedelta(minutes=30), timedelta(minutes=1)
CASES = """
select about.id, step.at from hub.cases join hub.case_step step on step.cases = cases.id
join hub.entity about on about.number = cases.about
where cases.category = 'flooded_road' and step.what in ('opened', 'joined') order by step.at
"""
WARNINGS = """
select entity.id, told.at from hub.alarm join hub.entity on entity.number = alarm.entity
cross join lateral (select at from hub.message where message.says = alarm.says and role = 'officer'
    and at >= alarm.raised order by id limit 1) told
where alarm.rule in ('water_is_coming', 'water_in_an_hour', 'first_water_expected') order by told.at
"""


def scored(truth: list[TrueEvent], url: str) -> dict[str, float]:
    """True floods against opened cases."""
    cases, warnings = asked(url, CASES), asked(url, WARNINGS)
    floods = [event for event in truth if event.what == "flood"]
    blind = [event for event in truth if event.what in ("stuck", "silent")]
    able = [flood for flood in floods if not any(_overlaps(flood, fault) for fault in blind)]
    first = {flood: _first(flood, cases) for flood in floods}
    delays = [delay for flood in able if (delay := first[flood]) is not None]
    wrong = [case for case in cases if not any(_belongs(flood, case) for flood in floods)]
    leads = [lead for flood in floods if (lead := _lead(flood, warnings)) is not None]
    vain = [warning for warning in warnings if not any(_foretold(flood, warning) for flood in floods)]
    return {
        **counted("waterlogging", seen=len(delays), events=len(able), wrong=len(wrong), answers=len(cases)),
        "waterlogging.delay_s": float(np.median(delays)) if delays else float("nan"),
        "waterlogging.delay_p90_s": float(np.quantile(delays, 0.9)) if delays else float("nan"),
        "waterlogging.detected_all": share(sum(delay is not None for delay in first.values()), len(floods)),
        "waterlogging.warned": share(len(leads), len(floods)),
        "waterlogging.warning_lead_s": float(np.median(leads)) if leads else float("nan"),
        "waterlogging.false_warnings": len(vain) / max(1, len(warnings)),
        "waterlogging.floods": float(len(floods)),
    }


def _first(flood: TrueEvent, cases: list[Seen]) -> float | None:
    """Seconds from the crossing to the first case of this flood."""
    mine = [(case.at - flood.began).total_seconds() for case in cases if _belongs(flood, case)]
    return max(0.0, min(mine)) if mine else None


def _belongs(flood: TrueEvent, case: Seen) -> bool:
    ended = flood.ended or case.at
    return case.entity == flood.entity and flood.began - SOON <= case.at <= ended + REPORT


def _lead(flood: TrueEvent, warnings: list[Seen]) -> float | None:
    """Seconds from the first warning of this flood to its water."""
    mine = [(flood.began - warning.at).total_seconds() for warning in warnings if _foretold(flood, warning)]
    return max(mine, default=None)


def _foretold(flood: TrueEvent, warning: Seen) -> bool:
    before = flood.began - warning.at
    return warning.entity == flood.entity and timedelta(0) < before <= timedelta(hours=1, minutes=30)


def _overlaps(flood: TrueEvent, fault: TrueEvent) -> bool:
    """Whether a gauge was blind while its flood stood."""
    ended = flood.ended or flood.began + SOON
    return fault.entity == flood.entity and fault.began < ended and (fault.ended or ended) > flood.began
