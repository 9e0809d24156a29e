"""Many hands on two cases that are one, at the same moment: none waits in a ring, and nothing is half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from citywide.hub import Point
from citywide.hub.cases.moves import CaseError
from citywide.hub.testing import MORNING, TrialCity
from tests.hub.cases.joining import do, opened, row, told


def at_once(*acts: Callable[[], object]) -> list[str]:
    """What each of some hands is told that move at the same moment; nothing is what it is told where it may."""
    begin = Barrier(len(acts))

    def hand(act: Callable[[], object]) -> str:
        begin.wait()
        try:
            act()
        except CaseError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(acts)) as hands:
        return list(hands.map(hand, acts))


def test_whoever_acts_on_either_of_two_that_are_one_waits_for_nobody_who_waits_for_them(streets: TrialCity) -> None:
    """All hands reach for the case that goes on first: a ring of waiting would end one of them."""
    stays, goes = opened(streets), opened(streets)
    do(streets, goes, "merge", MORNING, str(stays))
    for _ in range(10):
        at_once(*[partial(do, streets, stays, "close"), partial(do, streets, goes, "reopen")] * 2)
    assert row(streets, stays)["reopened"] == row(streets, goes)["reopened"] > 0


def test_of_two_who_join_the_same_two_the_other_way_round_one_is_told_where_it_goes_on(streets: TrialCity) -> None:
    for _ in range(12):
        one, two = opened(streets), opened(streets)
        said = at_once(*(partial(do, streets, a, "merge", to=str(b)) for a, b in ((one, two), (two, one))))
        where = [f"case {a} goes on as {b}: it cannot merge" for a, b in ((one, two), (two, one))]
        assert set(said) in ({"", where[0]}, {"", where[1]})


def test_a_report_that_comes_while_its_case_is_closed_is_a_case_of_its_own(streets: TrialCity) -> None:
    """It never is one more report of what nobody looks at any more."""
    for spot in range(8):
        place = Point(107 + spot / 10, 29)
        case, _ = told(streets, place)
        at_once(partial(do, streets, case, "close"), partial(told, streets, place))
        steps = streets.hub.database.rows("select what from hub.case_step where cases = %s order by id", (case,))
        assert [step["what"] for step in steps][-1] == "closed"
