"""The worst that inputs, plans, clocks and restarts can do together, and an inspector who stands in the street."""

import json

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from citywide.systems.traffic.crossing.phases import guard
from citywide.systems.traffic.engine.safety import GREEN, RED, YELLOW, Guard, Safety, rules_of
from citywide.systems.traffic.engine.safety.clearance import clearance_of

YIELDING = Guard(
    phases=((2, 1, 0, 0, 2), (0, 2, 0, 0, 2), (0, 0, 2, 1, 0), (0, 0, 0, 2, 0)),
    conflicts=((0, 2), (0, 3), (1, 2), (1, 3), (4, 2), (4, 3)),
    min_green_s=(5, 5, 5, 5, 7),
    yellow_s=(3, 3, 3, 3, 8),
    all_red_s=(1, 1, 1, 1, 0),
    plan=((0, 30), (1, 8), (2, 30), (3, 8)),
    yields=((0, 1), (2, 3)),
    on_call=(4,),
)
GUARDS = (YIELDING, guard())
WIDTHS = [len(one.min_green_s) for one in GUARDS]
PHASE = st.sampled_from([-1, -1, 0, 1, 2, 3, 4, 99, 2**31 - 1, -(2**31)])
PLAN = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60)), min_size=1, max_size=5).map(tuple)
SECONDS = st.integers(1, 70)
NEXT = np.array([GREEN, YELLOW, RED])  # of red, green, yellow


class Inspector:
    """Stands at one crossing with its rules and a watch; sees lights and levels, and nothing of the layer."""

    def __init__(self, rules: Guard) -> None:
        self.rules, width = rules, len(rules.min_green_s)
        self.light, self.since = np.zeros(width, int), np.full(width, 99)
        self.waited, self.grace, self.again_s = np.zeros(width, int), 0, 0
        self.green_s, self.yellow_s, self.red_s = map(np.array, (rules.min_green_s, rules.yellow_s, rules.all_red_s))
        self.foes = np.array([*rules.conflicts, *((b, a) for a, b in rules.conflicts)]).T
        self.yields = np.array(rules.yields, int).reshape(-1, 2).T

    def dark(self, seconds: int) -> None:
        """Nothing was shown by anybody who knows; whatever was lit has been out since."""
        self.light[:], self.since[:] = RED, self.red_s - clearance_of(self.rules)
        self.waited[self.waited > 0] += seconds
        self.grace += clearance_of(self.rules) + seconds
        self.again_s = self.grace + self.rules.max_red_s

    def look(self, light: np.ndarray, level: np.ndarray, calls: np.ndarray, held_s: int) -> None:
        """One second further."""
        before, lasted = self.light, self.since + 1
        ends = light != before
        assert (light == np.where(ends, NEXT[before], before)).all()
        assert (lasted >= self.green_s)[ends & (before == GREEN)].all()
        assert (lasted == self.yellow_s)[ends & (before == YELLOW)].all()
        assert (lasted < self.yellow_s)[~ends & (before == YELLOW)].all()
        one, other = self.foes
        assert not ((light[one] != RED) & (light[other] != RED)).any()
        begins = ends[one] & (light[one] == GREEN)
        assert (lasted >= self.red_s)[other[begins]].all()
        sure = (light == GREEN) & (level == 2)
        assert not (sure[self.yields[0]] & sure[self.yields[1]]).any()
        self.since = np.where(light == self.light, self.since + 1, 0)
        self.waited = np.where(light == GREEN, 0, np.where(calls | (self.waited > 0), self.waited + 1, 0))
        self.light = light.astype(int)
        assert self.waited.max() <= self.rules.max_red_s + held_s + self.grace
        self.again_s -= 1  # by then whoever was held up by the dark has been served
        self.grace = self.grace if self.again_s > 0 else 0


class Street(RuleBasedStateMachine):
    """Two crossings in one layer, each also in a layer of its own: what is told to one is nothing to the other."""

    def __init__(self) -> None:
        super().__init__()
        self.both = Safety.begun(rules_of(GUARDS))
        self.alone = [Safety.begun(rules_of([one])) for one in GUARDS]
        self.inspectors, self.urgent_ever = [Inspector(one) for one in GUARDS], [0, 0]
        for inspector in self.inspectors:
            inspector.dark(0)

    @rule(
        seconds=SECONDS,
        wish=st.tuples(PHASE, PHASE),
        trusted=st.tuples(st.booleans(), st.booleans()),
        calls=st.integers(0, 2 ** sum(WIDTHS) - 1),
        urgent=st.just((-1, -1)) | st.tuples(PHASE, PHASE),
        leaving=st.integers(0, 2 ** sum(WIDTHS) - 1),
        flicker=st.booleans(),
    )
    def go_on(self, seconds, wish, trusted, calls, urgent, leaving, flicker):
        asked, within = (np.array([bool(told >> at & 1) for at in range(sum(WIDTHS))]) for told in (calls, leaving))
        for second in range(seconds):
            turn = -1 if flicker and second % 2 else 1  # what was meant for one comes to the other
            told, sure, first = (list(one)[::turn] for one in (wish, trusted, urgent))
            self._second(np.array(told, np.int32), np.array(sure), asked, np.array(first, np.int32), within)

    def _second(self, wish, trusted, asked, urgent, within):
        light = self.both.step(wish, trusted, asked, urgent, within)
        own = np.split(light, [WIDTHS[0]])
        each = zip(own, np.split(asked, [WIDTHS[0]]), np.split(within, [WIDTHS[0]]), strict=True)
        for at, (mine, calls, leaving) in enumerate(each):
            here = slice(at, at + 1)
            assert np.array_equal(mine, self.alone[at].step(wish[here], trusted[here], calls, urgent[here], leaving))
            if self.alone[at].lamps.urgent_s[0]:
                self.urgent_ever[at] = GUARDS[at].emergency_s
            level = self.alone[at].lamps.level
            self.inspectors[at].look(mine.copy(), level, calls, self.urgent_ever[at])

    @rule(at=st.integers(0, 1), plan=PLAN, into=st.floats(-1e6, 1e6))
    def another_plan_in_the_middle_of_anything(self, at, plan, into):
        self.both.run_plans({at: plan}, {at: into})
        self.alone[at].run_plans({0: plan}, {0: into})

    @rule(at=st.integers(0, 1), plan=st.sampled_from([(), ((9, 10),), ((0, 0),), ((0, 301),)]))
    def a_plan_that_cannot_be_changes_nothing(self, at, plan):
        before = self.both.memory()
        with pytest.raises(ValueError, match="accepted"):
            self.both.run_plans({at: plan}, {})
        assert self.both.memory() == before

    @rule()
    def the_process_ends_and_is_back_in_the_same_second(self):
        self.both = Safety.begun(rules_of(GUARDS), json.loads(json.dumps(self.both.memory())))

    @precondition(lambda self: not any(self.urgent_ever))
    @rule(away=st.integers(2, 200))
    def the_process_is_away_for_a_while(self, away):
        self.both = Safety.begun(rules_of(GUARDS), self.both.memory(), away)
        self.alone = [Safety.begun(rules_of([GUARDS[at]]), one.memory(), away) for at, one in enumerate(self.alone)]
        for inspector in self.inspectors:
            inspector.dark(away)

    @rule()
    def the_process_begins_without_a_memory(self):
        self.both = Safety.begun(rules_of(GUARDS))
        self.alone = [Safety.begun(rules_of([one])) for one in GUARDS]
        for inspector in self.inspectors:
            inspector.dark(0)
            inspector.waited[:] = 0  # nobody knows who has called


TestStreet = Street.TestCase
TestStreet.settings = settings(max_examples=20, stateful_step_count=12, deadline=None)


def test_after_an_unknown_while_nobody_begins_before_the_longest_clearance_is_over():
    safety, calls = Safety.begun(rules_of([YIELDING])), np.ones(5, bool)
    lit = [safety.step(np.array([0]), np.array([True]), calls).max() for _ in range(12)]
    assert lit.index(GREEN) + 1 >= clearance_of(YIELDING) == 8


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"light": [0, 3, 0, 0, 0]}, "light: .* accepted: 0 to 2"),
        ({"target": [4]}, "target: .* accepted: 0 to"),
        ({"since": [0]}, "since: 1 values; accepted: 5 whole numbers"),
        ({"waited": [0.5] * 5}, "waited: 5 values; accepted: 5 whole numbers"),
        ({"plan_from": [0, 9]}, "accepted: 1 crossings with their steps"),
        ({"plan_phase": [7, 1, 2, 3]}, "accepted: phases 0 to 3"),
    ],
)
def test_a_memory_that_cannot_be_is_refused(change, why):
    memory = Safety(rules_of([YIELDING])).memory()
    with pytest.raises(ValueError, match=why):
        Safety.begun(rules_of([YIELDING]), memory | change)


def test_a_memory_in_which_two_in_conflict_are_green_is_refused():
    memory = Safety(rules_of([YIELDING])).memory() | {"light": [GREEN, RED, GREEN, RED, RED]}
    with pytest.raises(ValueError, match="in conflict"):
        Safety.begun(rules_of([YIELDING]), memory)
