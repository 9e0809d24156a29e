import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from citywide.systems.epidemic.engine.privacy import possible, suppress

TABLES = arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(0, 12))


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_no_cell_below_the_minimum_is_shown_or_can_be_worked_out(counts):
    shown = suppress(counts, minimum=5)
    small = (counts > 0) & (counts < 5)
    assert shown.hidden[small].all()
    for row, column in np.argwhere(small):
        least, most = possible(shown, int(row), int(column))
        assert most - least >= 1 - 1e-6


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_what_is_shown_is_true(counts):
    shown = suppress(counts)
    assert (shown.cells[~shown.hidden] == counts[~shown.hidden]).all()
    for totals, truth in ((shown.row_totals, counts.sum(axis=1)), (shown.column_totals, counts.sum(axis=0))):
        assert (totals[~np.isnan(totals)] == truth[~np.isnan(totals)]).all()


def test_one_small_cell_takes_three_others_with_it():
    shown = suppress(np.array([[2, 20, 30], [15, 25, 40], [50, 60, 70]]))
    assert shown.hidden.sum() == 4
    assert shown.row_totals.tolist() == [52, 80, 180]


def test_a_table_without_small_cells_is_shown_whole():
    assert not suppress(np.array([[0, 9], [8, 7]])).hidden.any()


@pytest.mark.parametrize("only", [1, 4])
def test_a_lone_small_number_shows_neither_itself_nor_its_total(only):
    shown = suppress(np.array([[only]]))
    assert shown.hidden.all()
    assert np.isnan(shown.row_totals).all()
    assert np.isnan(shown.column_totals).all()
