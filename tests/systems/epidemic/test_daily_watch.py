"""What rings in the morning: a place is called for its own counts, its neighbours only lend weight."""

from dataclasses import replace
from datetime import date

import numpy as np

from citywide.systems.epidemic.engine.detect import Alarm
from citywide.systems.epidemic.model import SYNDROMES
from citywide.systems.epidemic.watch.findings import Table, as_counted, judge


def table_of(counts: np.ndarray) -> Table:
    names = [({"number": n, "id": f"hospital/{n}", "name": f"H{n}", "lon": 106.5 + n / 100, "lat": 29.5}, SYNDROMES[0])
             for n in range(len(counts))]  # fmt: skip
    return Table(names, date(2026, 7, 5), counts, counts)


def ringing(counts: np.ndarray, rate: float, rang: tuple[tuple[int, str], ...] = ()) -> list[int]:
    return [one.place["number"] for one in judge(table_of(counts), counts, rate, rang) if one.ringing]


def test_a_place_does_not_ring_for_its_neighbours_sake_alone() -> None:
    rng = np.random.default_rng(3)
    counts = rng.poisson(20, (12, 160)).astype(np.float64)
    counts[:, -1] = 26  # a little more than usual everywhere, as by chance
    counts[0, -1] = 120
    assert ringing(counts, 0.001) == [0]


def test_an_outbreak_that_is_over_does_not_begin_to_ring() -> None:
    counts = np.random.default_rng(4).poisson(20, (8, 160)).astype(np.float64)
    counts[2, -4:-1] = 70, 60, 45
    counts[2, -1] = 18
    assert ringing(counts, 0.001) == []


def test_what_rang_goes_on_while_it_is_still_unlikely_and_is_then_quiet() -> None:
    counts = np.random.default_rng(5).poisson(20, (8, 160)).astype(np.float64)
    counts[2, -1] = 34
    before = ((2, SYNDROMES[0].name),)
    assert (ringing(counts, 0.001), ringing(counts, 0.001, before)) == ([], [2])
    counts[2, -1] = 20
    assert ringing(counts, 0.001, before) == []


def test_what_is_called_counted_was_counted_with_what_is_usual_on_as_many_days() -> None:
    finding = Alarm("Elm School", "absences", observed=140, expected=70.0, weeks=2, p_value=0.001)
    shown = as_counted(finding, np.array([50.0, 70.0, 50.0]))
    assert (shown.observed, shown.expected) == (120, 60.0)
    assert as_counted(replace(finding, observed=0), np.zeros(3)).expected == 70.0
