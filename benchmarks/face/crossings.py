"""Crossings: which incidents have a case at their lane, how late, and which cases nothing had happened for.

`detected` is the share of planted incidents (a blocked lane, a vehicle that goes the wrong way, a detector gone
dark) whose lane has a case before they are over or a minute later, `delay_s` the median time from the moment that
they were put on the road, seen or not, to the case. A case is `false` when nothing stands or has stood at its crossing
within the last ten minutes: what a blocked lane does to its neighbours is no false alarm. A camera that fails is a
handicap like a stuck gauge, not an incident: the radar goes on seeing.
"""

from datetime import datetime, timedelta

import numpy as np

from benchmarks.face.record import Seen, asked, counted, share
from citywide.hub.simulated.twin import TrueEvent
from citywide.systems.traffic.twin import TrafficTwin

REPORT, AFTERMATH = timedelta(minutes=1), timedelta(minutes=10)
KINDS = ("blocked_lane", "wrong_way", "dark_detector")
CASES = """
select about.id, step.at from hub.cases join hub.case_step step on step.cases = cases.id
join hub.entity about on about.number = cases.about
where cases.category in ('stopped_vehicle', 'blocked_lane', 'wrong_way', 'sudden_queue', 'broken_detector')
    and about.kind = 'detector' and step.what in ('opened', 'joined') order by step.at
"""


def plant(twin: TrafficTwin, rng: np.random.Generator, at: datetime) -> None:
    """Let something happen at a crossing where nothing does."""
    busy = {_crossing(event.entity) for event in twin.truth() if event.ended is None}
    free = [number for number, lane in enumerate(twin.lanes) if _crossing(lane.id) not in busy]
    if free:
        twin.plant(str(rng.choice(KINDS)), int(rng.choice(free)), at)


def scored(truth: list[TrueEvent], url: str, end: datetime) -> dict[str, float]:
    """True incidents against opened cases."""
    cases = asked(url, CASES)
    events = [event for event in truth if event.system == "traffic"]
    seen = [event for event in events if event.what in KINDS and event.began <= end - REPORT]
    delays = [delay for event in seen if (delay := _first(event, cases)) is not None]
    wrong = [case for case in cases if not any(_explains(event, case) for event in events)]
    return {
        **counted("traffic", seen=len(delays), events=len(seen), wrong=len(wrong), answers=len(cases)),
        "traffic.delay_s": float(np.median(delays)) if delays else float("nan"),
        **{f"traffic.detected_{kind}": _share_of(kind, seen, cases) for kind in KINDS},
    }


def _share_of(kind: str, events: list[TrueEvent], cases: list[Seen]) -> float:
    mine = [event for event in events if event.what == kind]
    return share(sum(_first(event, cases) is not None for event in mine), len(mine))


def _first(event: TrueEvent, cases: list[Seen]) -> float | None:
    """Seconds from the incident to the first case at its lane."""
    until = (event.ended or datetime.max.replace(tzinfo=event.began.tzinfo) - REPORT) + REPORT
    mine = [case.at for case in cases if case.entity == event.entity and event.began <= case.at <= until]
    return (min(mine) - event.began).total_seconds() if mine else None


def _explains(event: TrueEvent, case: Seen) -> bool:
    near = _crossing(event.entity) == _crossing(case.entity)
    return near and event.began <= case.at and (event.ended is None or case.at <= event.ended + AFTERMATH)


def _crossing(lane: str) -> str:
    """The crossing of `detector/07-3`."""
    return lane.rsplit("-", 1)[0]
