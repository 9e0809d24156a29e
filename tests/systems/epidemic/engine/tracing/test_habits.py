import numpy as np
import pytest

from citywide.systems.epidemic.engine.natural_history import HOUSEHOLD, RIDE, VISIT, NaturalHistory
from citywide.systems.epidemic.engine.tracing import Records, trace
from citywide.systems.epidemic.engine.tracing.habits import completed
from citywide.systems.epidemic.engine.tracing.meetings import escaped, meetings

HISTORY = NaturalHistory()
DAYS = range(28)


def records_of(rows):
    return Records(*np.array(sorted(rows), dtype=np.int64).reshape(-1, 5).T)


def home_and_work(left_out=()):
    """Two colleagues of different homes, every weekday at work, four in five days on record; and one in a shop once."""
    home = [(case, day, HOUSEHOLD, case, 2) for case in range(3) for day in DAYS if (day + case) % 5]
    work = [(case, day, VISIT, 9, 12) for case in (0, 1) for day in DAYS if day % 7 < 5 and (day + case) % 5]
    return records_of([row for row in [*home, *work, (2, 8, RIDE, 4, 14)] if row not in left_out])


def test_everybody_is_at_home_every_day_and_at_work_on_working_days_only():
    known = home_and_work()
    likely, chance = completed(known)
    found = {
        (case, day, context): share
        for case, day, context, *_, share in zip(*vars(likely).values(), chance, strict=True)
    }
    assert all(found[case, day, HOUSEHOLD] == 1 for case in range(3) for day in DAYS[1:-1])
    assert all(0.9 < found[0, day, VISIT] <= 1 for day in DAYS[1:-1] if day % 7 < 5)
    assert not [day for _, day, context in found if context == VISIT and day % 7 >= 5]
    assert [day for _, day, context in found if context == RIDE] == [8]


def test_who_works_beside_a_case_is_explained_by_it_though_the_day_is_not_on_record():
    onset = np.array([10, 14, 25])
    lost = [(case, day, VISIT, 9, 12) for case in (0, 1) for day in (8, 9, 10, 11)]
    infectors = trace(onset, home_and_work(lost), 500, HISTORY).infectors()
    assert infectors[1, 0] > 0.8


def test_a_case_has_gone_through_all_meetings_before_its_infection_and_not_that_one():
    rows = [(case, day, HOUSEHOLD, 1, 2) for case in (0, 1) for day in range(30)]
    onset = np.array([15, 20])
    gone = escaped(meetings(records_of(rows)), onset, HISTORY)[1, :, HOUSEHOLD]
    for wait in (1, 4, 9):
        before = np.arange(20 - HISTORY.longest + 1, 20 - wait)
        assert gone[wait] == pytest.approx(HISTORY.infectious_on(before - 15).sum())


def test_no_record_is_no_habit():
    likely, chance = completed(records_of([]))
    assert not len(likely.case)
    assert not len(chance)
