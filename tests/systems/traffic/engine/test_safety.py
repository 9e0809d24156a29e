"""No sequence of inputs makes the lights conflict, skip a clearance or starve anyone."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citywide.systems.traffic.engine.safety import GREEN, RED, YELLOW, Guard, Safety, rules_of
from citywide.systems.traffic.engine.safety.conflicts import PATIENCE_S

# Two streets: through and left of each, and a pedestrian crossing over the second street.
NORTH, NORTH_LEFT, EAST, EAST_LEFT, WALK = range(5)
NEVER = ((NORTH, EAST), (NORTH, EAST_LEFT), (NORTH_LEFT, EAST), (NORTH_LEFT, EAST_LEFT), (WALK, EAST),
         (WALK, EAST_LEFT))  # fmt: skip
YIELDS = ((NORTH, NORTH_LEFT), (EAST, EAST_LEFT))
PHASES = ((2, 1, 0, 0, 2), (0, 2, 0, 0, 2), (0, 0, 2, 1, 0), (0, 0, 0, 2, 0))
CROSSING = Guard(
    phases=PHASES,
    conflicts=NEVER,
    min_green_s=(5, 5, 5, 5, 7),
    yellow_s=(3, 3, 3, 3, 8),
    all_red_s=(1, 1, 1, 1, 0),
    plan=((0, 30), (1, 8), (2, 30), (3, 8)),
    yields=YIELDS,
    on_call=(WALK,),
)
SECONDS = st.tuples(
    st.integers(-2, 6),
    st.booleans(),
    st.integers(0, 31),
    st.sampled_from([-1, -1, -1, 0, 1, 2, 3, 9]),
    st.integers(0, 31),
)
SPELLS = st.lists(st.tuples(st.integers(1, 40), SECONDS), min_size=1, max_size=30)


def play(spells, guard=CROSSING):
    """Each spell repeats one second of inputs; yields the lights, levels and calls of every second."""
    safety = Safety(rules_of([guard]))
    for length, (wish, trusted, calls, urgent, leaving) in spells:
        asked, within = (np.array([bool(told >> at & 1) for at in range(5)]) for told in (calls, leaving))
        for _ in range(length):
            light = safety.step(np.array([wish]), np.array([trusted]), asked, np.array([urgent]), within)
            yield light.copy(), safety.lamps.level.copy(), asked, safety


@settings(max_examples=60, deadline=None)
@given(SPELLS)
def test_no_two_movements_in_conflict_are_ever_lit_together(spells):
    for light, level, _, _ in play(spells):
        assert not any(light[a] != RED and light[b] != RED for a, b in NEVER)
        for a, b in YIELDS:
            assert not (light[a] == GREEN and light[b] == GREEN and level[a] == 2 and level[b] == 2)


@settings(max_examples=60, deadline=None)
@given(SPELLS)
def test_every_green_lasts_and_every_clearance_is_shown_in_full(spells):
    for at in range(5):
        shown = [int(light[at]) for light, *_ in play(spells)]
        runs = run_lengths(shown)
        for (light, length), (after, _) in itertools.pairwise(runs):
            assert (light, after) in {(RED, GREEN), (GREEN, YELLOW), (YELLOW, RED)}
            if light == GREEN:
                assert length >= CROSSING.min_green_s[at]
            if light == YELLOW:
                assert length == CROSSING.yellow_s[at]


@settings(max_examples=60, deadline=None)
@given(SPELLS)
def test_a_conflicting_movement_waits_for_the_all_red_time(spells):
    red_for = np.full(5, 99)
    for light, *_ in play(spells):
        started = [at for at in range(5) if light[at] == GREEN and red_for[at] > 0]
        for at in started:
            foes = [b if a == at else a for a, b in NEVER if at in (a, b)]
            assert all(red_for[foe] >= CROSSING.all_red_s[foe] for foe in foes)
        red_for = np.where(light == RED, red_for + 1, 0)


@settings(max_examples=100, deadline=None)
@given(SPELLS)
def test_nobody_who_called_waits_above_the_longest_red_and_one_emergency(spells):
    waited, quiet = np.zeros(5), True
    for light, _, asked, safety in play(spells):
        quiet &= safety.lamps.urgent_s[0] == 0
        waited = np.where(light == GREEN, 0, np.where(asked | (waited > 0), waited + 1, 0))
        bound = CROSSING.max_red_s + (0 if quiet else CROSSING.emergency_s)
        assert waited.max() <= bound


@st.composite
def guards(draw):
    """Crossings of any shape: every movement has a phase, whoever shares none is in conflict."""
    width = draw(st.integers(2, 7))
    homes = draw(st.lists(st.integers(0, 3), min_size=width, max_size=width))
    rows = [[2 if home == phase else 0 for home in homes] for phase in sorted(set(homes))]
    for phase, move in draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), st.integers(0, width - 1)), max_size=2)):
        rows[phase][move] = 2
    phases = tuple(map(tuple, rows))
    pairs = itertools.combinations(range(width), 2)
    conflicts = tuple((a, b) for a, b in pairs if not any(row[a] and row[b] for row in phases))

    def times(low, high):
        return tuple(draw(st.lists(st.integers(low, high), min_size=width, max_size=width)))

    on_call = tuple(draw(st.sets(st.integers(0, width - 1), max_size=width)))
    plan = tuple((phase, draw(st.integers(1, 40))) for phase in range(len(phases)))
    return Guard(phases, conflicts, times(1, 10), times(1, 8), times(0, 4), plan, on_call=on_call, max_red_s=150,
                 max_green_s=draw(st.integers(10, 60)))  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(guards(), st.lists(st.tuples(st.integers(1, 40), st.integers(-2, 5), st.booleans(), st.integers(0, 127),
                                              st.integers(0, 127)),
                          min_size=1, max_size=20))  # fmt: skip
def test_no_crossing_of_any_shape_conflicts_hurries_or_starves(guard, spells):
    safety, width = Safety(rules_of([guard])), len(guard.min_green_s)
    waited, red_for, shown = np.zeros(width), np.full(width, 99), []
    for length, wish, trusted, calls, leaving in spells:
        asked, within = (np.array([bool(told >> at & 1) for at in range(width)]) for told in (calls, leaving))
        for _ in range(length):
            light = safety.step(np.array([wish]), np.array([trusted]), asked, leaving=within).copy()
            shown.append(light)
            assert not any(light[a] != RED and light[b] != RED for a, b in guard.conflicts)
            for a, b in (*guard.conflicts, *((b, a) for a, b in guard.conflicts)):
                assert light[a] != GREEN or red_for[a] == 0 or red_for[b] >= guard.all_red_s[b]
            red_for = np.where(light == RED, red_for + 1, 0)
            waited = np.where(light == GREEN, 0, np.where(asked | (waited > 0), waited + 1, 0))
            assert waited.max() <= guard.max_red_s
    for at in range(width):
        for (light, length), (after, _) in itertools.pairwise(run_lengths([int(one[at]) for one in shown])):
            assert (light, after) in {(RED, GREEN), (GREEN, YELLOW), (YELLOW, RED)}
            assert light != GREEN or length >= guard.min_green_s[at]
            assert light != YELLOW or length == guard.yellow_s[at]


def test_without_emergencies_the_greediest_wish_starves_nobody():
    """An optimiser that always wants one street gets it, except when somebody is due."""
    seconds = list(play([(1000, (0, True, 31, -1, 31))]))
    for at in range(5):
        reds = [length for light, length in run_lengths([int(s[0][at]) for s in seconds]) if light == RED]
        assert max(reds) <= CROSSING.max_red_s
    assert np.mean([s[0][NORTH] == GREEN for s in seconds]) > 0.5


def changed_with(leaving: tuple[int, ...], before: int, after: int) -> dict[int, int]:
    """After how many seconds of a change each movement of the phase after is green, where some stand within."""
    safety, nobody, within = Safety(rules_of([CROSSING])), np.zeros(5, bool), np.isin(np.arange(5), leaving)
    for _ in range(20):
        safety.step(np.array([before]), np.array([True]), nobody)
    begun = dict[int, int]()
    for second in range(30):
        light = safety.step(np.array([after]), np.array([True]), nobody, leaving=within)
        for move in np.flatnonzero((light == GREEN) & (np.array(PHASES[before]) == 0)).tolist():
            begun.setdefault(move, second)
    return begun


def test_who_stands_within_is_let_out_before_those_in_conflict_begin_but_not_for_ever():
    assert changed_with((), 0, 2) == {EAST: 4, EAST_LEFT: 4}
    assert changed_with((NORTH,), 0, 2) == {EAST: 4 + PATIENCE_S, EAST_LEFT: 4 + PATIENCE_S}


def test_who_had_to_give_way_within_is_not_waited_for():
    assert changed_with((NORTH_LEFT,), 0, 2) == {EAST: 4, EAST_LEFT: 4}
    assert changed_with((NORTH_LEFT,), 1, 2) == {EAST: 4 + PATIENCE_S, EAST_LEFT: 4 + PATIENCE_S}


def test_an_ambulance_is_not_kept_waiting_for_who_stands_within():
    within, safety = np.ones(5, bool), Safety(rules_of([CROSSING]))
    for _ in range(20):
        safety.step(np.array([0]), np.array([True]), np.zeros(5, bool))
    shown = [
        int(safety.step(np.array([0]), np.array([True]), np.zeros(5, bool), np.array([2]), within)[EAST])
        for _ in range(6)
    ]
    assert shown[4] == GREEN


def test_doubtful_data_brings_the_fixed_plan():
    shown = [safety.lamps.target[0] for *_, safety in play([(76 * 2, (0, False, 31, -1, 0))])]
    assert set(shown) == {0, 1, 2, 3}


def test_a_walker_who_calls_as_the_green_ends_is_served_in_the_next_one():
    both = Guard(((0, 2), (2, 0)), ((0, 1),), (1, 1), (1, 1), (0, 0), ((0, 1), (1, 2)), on_call=(0, 1))
    safety, shown = Safety(rules_of([both])), []
    for second in range(12):
        calls = np.array([False, second < 2])  # the second call comes in the second in which the green ends
        shown.append(int(safety.step(np.array([0]), np.array([False]), calls)[1]))
    assert shown[:2] == [GREEN, YELLOW]
    assert GREEN in shown[2:]


PLANS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 40)), min_size=1, max_size=6).map(tuple)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 60), PLANS, st.integers(0, 300)), min_size=1, max_size=12))
def test_plans_that_change_at_any_moment_break_nothing(changes):
    safety, shown, waited = Safety(rules_of([CROSSING])), [], np.zeros(5)
    for length, plan, into_s in changes:
        safety.run_plans({0: plan}, {0: into_s})
        for _ in range(length):
            light = safety.step(np.array([-1]), np.array([False]), np.ones(5, bool)).copy()
            shown.append(light)
            assert not any(light[a] != RED and light[b] != RED for a, b in NEVER)
            waited = np.where(light == GREEN, 0, waited + 1)
            assert waited.max() <= CROSSING.max_red_s
    for at in range(5):
        for (light, length), (after, _) in itertools.pairwise(run_lengths([int(one[at]) for one in shown])):
            assert (light, after) in {(RED, GREEN), (GREEN, YELLOW), (YELLOW, RED)}
            assert length >= {RED: 1, GREEN: CROSSING.min_green_s[at], YELLOW: CROSSING.yellow_s[at]}[light]


@given(PLANS, st.integers(0, 400))
def test_a_plan_begins_at_its_place_in_the_cycle_and_keeps_it(plan, into_s):
    safety = Safety(rules_of([CROSSING]))
    safety.run_plans({0: plan}, {0: into_s})
    seconds = [phase for phase, lasts in plan for _ in range(lasts)]
    for second in range(2 * len(seconds)):
        safety.step(np.array([-1]), np.array([False]), np.zeros(5, bool))
        step = plan[int(safety.lamps.plan_at[0])]
        assert step[0] == seconds[(into_s + second) % len(seconds)]


@pytest.mark.parametrize("plan", [(), ((4, 10),), ((0, 0),), ((0, 200), (1, 200))])
def test_a_plan_that_cannot_be_is_refused_and_the_old_one_runs_on(plan):
    safety = Safety(rules_of([CROSSING]))
    with pytest.raises(ValueError, match="accepted"):
        safety.run_plans({0: plan}, {})
    safety.step(np.array([-1]), np.array([False]), np.zeros(5, bool))
    assert safety.rules.plan_phase.tolist() == [0, 1, 2, 3]


def test_a_phase_that_breaks_the_conflict_table_is_refused():
    with pytest.raises(ValueError, match="phase 0 shows green to movements in conflict"):
        rules_of([Guard(((1, 1),), ((0, 1),), (5, 5), (3, 3), (0, 0), ((0, 10),))])


def test_a_crossing_that_cannot_serve_everyone_in_time_is_refused():
    with pytest.raises(ValueError, match="more than max_red_s 20"):
        rules_of([Guard(**(CROSSING.__dict__ | {"max_red_s": 20}))])


def test_an_emergency_vehicle_gets_its_phase_at_once():
    lights = list(play([(20, (2, True, 31, -1, 0)), (12, (2, True, 31, 0, 0))]))
    assert lights[-1][0][NORTH] == GREEN


def run_lengths(values):
    """[(value, how often in a row)] of a list."""
    runs = []
    for value in values:
        if runs and runs[-1][0] == value:
            runs[-1][1] += 1
        else:
            runs.append([value, 1])
    return [tuple(run) for run in runs]


TWO = {"phases": ((2, 0), (0, 2)), "conflicts": ((0, 1),), "min_green_s": (5, 5), "yellow_s": (3, 3),
       "all_red_s": (1, 1), "plan": ((0, 20), (1, 20))}  # fmt: skip


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"conflicts": ((0, -1),)}, "movement -1; accepted: 0 to 1"),
        ({"yields": ((0, 2),)}, "movement 2"),
        ({"on_call": (7,)}, "movement 7"),
        ({"phases": ((3, 0), (0, 2))}, "light 3; accepted: 0 to 2"),
        ({"yellow_s": (0, 3)}, "yellow_s 0; accepted: 1 to 300"),
        ({"all_red_s": (1, -1)}, "all_red_s -1"),
        ({"max_green_s": 4}, "min_green_s 5; accepted: 1 to 4"),
    ],
)
def test_a_guard_with_a_number_that_cannot_be_is_refused(odd, why):
    with pytest.raises(ValueError, match=why):
        rules_of([Guard(**TWO | odd)])


def test_wishes_for_another_number_of_crossings_are_refused():
    safety = Safety(rules_of([Guard(**TWO)]))
    with pytest.raises(ValueError, match="2 wishes, 1 trusted, 2 calls, 2 leaving; accepted: 1 crossings, 2 movements"):
        safety.step(np.zeros(2, np.int32), np.ones(1, bool), np.ones(2, bool))
    with pytest.raises(ValueError, match="1 wishes, 1 trusted, 2 calls, 1 leaving; accepted: 1 crossings, 2 movements"):
        safety.step(np.zeros(1, np.int32), np.ones(1, bool), np.ones(2, bool), leaving=np.ones(1, bool))
