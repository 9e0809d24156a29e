"""The methods that the tracer is measured against, on cases small enough to work out by hand."""

import numpy as np

from benchmarks.epidemic.tracing import contacts, seqtrack, top1, wallinga_teunis
from citywide.systems.epidemic.engine.tracing import Records

ONSET = np.array([0, 2, 5])
INTERVALS = np.array([2, 3, 3, 5])  # a half of all intervals last three days, a quarter two and five each


def test_by_dates_the_likelihoods_are_those_of_the_serial_intervals():
    found = wallinga_teunis(ONSET, INTERVALS)
    assert np.allclose(found[2], [1 / 3, 2 / 3, 0])
    assert np.allclose(found[1], [1, 0, 0])


def test_contacts_narrow_the_choice_to_those_met_and_leave_it_open_where_none_was():
    met = np.zeros((3, 3), dtype=bool)
    met[2, 0] = True
    found = wallinga_teunis(ONSET, INTERVALS, met)
    assert np.allclose(found[2], [1, 0, 0])
    assert np.allclose(found[1], [1, 0, 0])


def test_seqtrack_prefers_one_who_was_met_among_equally_distant_ancestors():
    distances = np.ones((3, 3))
    met = np.zeros((3, 3), dtype=bool)
    met[2, 0] = True
    assert seqtrack(ONSET, distances)[2].tolist() == [0, 1, 0]
    assert seqtrack(ONSET, distances, met)[2].tolist() == [1, 0, 0]


def test_only_meetings_on_days_of_infectiousness_count():
    rows = [(0, 1, 0, 7, 2), (1, 1, 0, 7, 2), (0, 40, 0, 7, 2), (2, 40, 0, 7, 2)]
    met = contacts(Records(*np.array(rows).T), np.array([0, 3, 42]))
    assert met[1, 0]
    assert not met[2].any()


def test_ties_share_the_credit():
    assert top1(np.array([[0.0, 0.0], [0.5, 0.5]]), np.array([-1, 0])) == 0.5
