"""Joining two cases makes nobody's figures the better, and parting them at once leaves no trace."""

from contextlib import suppress
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.hub.cases.moves import CaseError
from citywide.hub.testing import MORNING, TrialCity
from tests.hub.cases.joining import MINUTE, do, opened, row, tried

COUNTED = ("late", "solved", "answered", "department")
ACTS = st.sampled_from(["pass on", "pass back", "assign", "close", "reopen", "pause", "resume"])
BEFORE = st.lists(st.tuples(st.integers(0, 39), st.sampled_from(["assign", "pass on", "pass back"])), max_size=3)
AFTER = st.lists(st.tuples(st.integers(0, 300), ACTS), min_size=2, max_size=9).map(sorted)


def judged(city: TrialCity, case: int, at: datetime) -> list:
    (found,) = city.hub.database.rows("select * from hub.judged(%s) where id = %s", (at, case))
    return [found[word] for word in COUNTED]


@settings(max_examples=12)
@given(
    before=BEFORE.map(sorted),
    after=AFTER,
    apart=st.integers(0, 40),
    moment=st.integers(40, 100),
    end=st.integers(60, 300),
)
def test_joining_two_cases_makes_nobodys_figures_better_than_doing_the_same_to_both(
    streets, before, after, apart, moment, end
) -> None:
    """Each of the two is judged as if whatever was done to the one had been done to the other."""
    until = MORNING + (moment + end) * MINUTE
    pairs = [[opened(streets), opened(streets, MORNING + apart * MINUTE)] for _ in range(2)]
    for minutes, act in before:
        for pair in pairs:
            tried(streets, pair[minutes % 2], act, MORNING + minutes * MINUTE)
    (stays, goes), (alike, other) = pairs
    now = MORNING + moment * MINUTE
    try:
        do(streets, goes, "merge", now, str(stays))
    except CaseError:
        return  # one is paused or closed, or another department's
    if row(streets, alike, "state") != row(streets, other, "state"):
        for case in (alike, other):
            tried(streets, case, "assign", now)
    for minutes, act in after:
        if tried(streets, stays, act, at := now + min(minutes, end) * MINUTE):
            for case in (alike, other):
                tried(streets, case, act, at)
    for joined, single in ((stays, alike), (goes, other)):
        ours, theirs = judged(streets, joined, until), judged(streets, single, until)
        assert (ours[0], ours[3]) == (theirs[0], theirs[3])
        assert ours[1] <= theirs[1]
        assert ours[2] <= theirs[2]


@settings(max_examples=8)
@given(apart=st.integers(-100, 100), acts=st.lists(ACTS, max_size=3), again=st.booleans())
def test_what_was_joined_and_parted_at_once_is_as_it_was(streets, apart, acts, again) -> None:
    one, two, three = (opened(streets, MORNING + late * MINUTE) for late in (0, apart, 2 * apart))
    for act in acts:
        tried(streets, one, act, MORNING)
    columns = "id, state, due, department, wants, needs, reporters, closed, reopened, stars, rung"
    was = [row(streets, each, columns) for each in (one, two, three)]
    with suppress(CaseError):
        do(streets, two, "merge", MORNING, str(one))
        assert row(streets, one)["due"] == min(was[0]["due"], was[1]["due"])
        if again:
            do(streets, three, "merge", MORNING, str(one))
            assert row(streets, one)["due"] == min(each["due"] for each in was)
        do(streets, two, "part", MORNING)
        if again:
            assert row(streets, one)["due"] == min(was[0]["due"], was[2]["due"])
            do(streets, three, "part", MORNING)
    assert [row(streets, each, columns) for each in (one, two, three)] == was
