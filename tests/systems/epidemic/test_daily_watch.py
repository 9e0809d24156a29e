"""What rings in the morning: a place is called for its own counts, its neighbours only lend weight."""

from dataclasses import replace
from datetime import date

import numpy as np

from citywide.systems.epidemic.engine.detect import Alarm
from citywide.systems.epidemic.findings import Table, as_counted, judge
from citywide.systems.epidemic.model import SYNDROMES


def test_a_place_does_not_ring_for_its_neighbours_sake_alone() -> None:
    rng, series = np.random.default_rng(3), SYNDROMES[0]
    counts = rng.poisson(20, (12, 160)).astype(np.float64)
    counts[:, -1] = 26  # a little more than usual everywhere, as by chance
    counts[0, -1] = 120
    names = [({"number": n, "id": f"hospital/{n}", "name": f"H{n}", "lon": 106.5 + n / 100, "lat": 29.5}, series)
             for n in range(12)]  # fmt: skip
    judged = list(judge(Table(names, date(2026, 7, 5), counts, counts), counts, 0.001))
    assert [one.place["number"] for one in judged if one.ringing] == [0]


def test_what_is_called_counted_was_counted_with_what_is_usual_on_as_many_days() -> None:
    finding = Alarm("Elm School", "absences", observed=140, expected=70.0, weeks=2, p_value=0.001)
    shown = as_counted(finding, np.array([50.0, 70.0, 50.0]))
    assert (shown.observed, shown.expected) == (120, 60.0)
    assert as_counted(replace(finding, observed=0), np.zeros(3)).expected == 70.0
