"""Incidents at simulated crossings: a tenth of the sightings missing, 1 m of noise, whole quiet days.

Each batch has its own crossings. One day is for learning, then come quiet days, in which every alarm is
false, then a day with an incident every ten minutes at every crossing, one at a time. A delay counts from
the second in which the incident can be seen: a stopped vehicle has a free road ahead, a blocked lane
holds somebody up while the road beyond is free (for a crawling lorry nine seconds, away from the line),
a queue in the exit is at least four and a third longer than that lane's longest of the day before.
"""

from argparse import Namespace
from collections import Counter

import numpy as np

from benchmarks.form import Benchmark, Clock, Goal
from benchmarks.traffic.incident_days import day_of_incidents, learned, quiet_days
from benchmarks.traffic.staged import COUNTS_WITHIN_S, Staged
from benchmarks.traffic.trials import blind_detectors, dark_detectors, feedback_trial, frozen_radars
from citywide.systems.traffic.engine.incidents import (
    Kind,
)


def measure(options: Namespace) -> dict[str, float]:
    """Batches with their own seeds, then the feedback trial and the detectors."""
    batches, crossings, quiet = (1, 12, 1) if options.quick else (3, 20, 3)
    staged: list[Staged] = []
    false: Counter[Kind] = Counter()
    with Clock() as clock:
        for batch in range(batches):
            scene, longest = learned(crossings, options.seed * 1000 + batch)
            false += quiet_days(scene, quiet)
            staged += day_of_incidents(scene, longest, options.seed * 1000 + batch, hours=3 if options.quick else 16)
    staged += dark_detectors(options.seed, 200 if options.quick else 2000)
    staged += frozen_radars(options.seed, 4 if options.quick else 20)
    days = batches * crossings * quiet
    blind = blind_detectors(options.seed, 100 if options.quick else 1000)
    return {
        **_summary(staged, sum(false.values()) / days),
        "quiet_crossing_days": days,
        **{f"false_{kind.name.lower()}": false[kind] for kind in Kind},
        **blind,
        **feedback_trial(options.seed, 4 if options.quick else 12),
        "simulated_and_watched_cpu_s": clock.cpu,
    }


def _summary(staged: list[Staged], false_rate: float) -> dict[str, float]:
    caught = [one for one in staged if one.noticed is not None and one.noticed <= one.onset + COUNTS_WITHIN_S]
    delays = np.array([max(one.noticed - one.onset, 0.0) for one in caught])
    result = {
        "detected": len(caught) / len(staged),
        "delay_s": float(delays.mean()),
        "false_per_crossing_day": false_rate,
        "delay_p95_s": float(np.quantile(delays, 0.95)),
        "told_apart": float(np.mean([not one.others for one in caught])),
        "incidents": len(staged),
    }
    for kind in Kind:
        of_kind = [one for one in staged if one.kind is kind]
        own = [one for one in caught if one.kind is kind]
        result[f"detected_{kind.name.lower()}"] = len(own) / max(len(of_kind), 1)
        result[f"delay_{kind.name.lower()}_s"] = float(np.mean([max(o.noticed - o.onset, 0.0) for o in own] or [0]))
    return result


BENCHMARK = Benchmark(
    name="incidents",
    about=(__doc__ or "").splitlines()[0],
    measure=measure,
    goals={
        "detected": Goal(at_least=0.99),
        "delay_s": Goal(at_most=20),
        "false_per_crossing_day": Goal(at_most=0.1),
    },
    packages=("numpy", "numba"),
)
