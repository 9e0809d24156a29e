import numpy as np
import pytest

from citywide.systems.epidemic.engine.natural_history import HOUSEHOLD, RIDE, VISIT, NaturalHistory
from citywide.systems.epidemic.engine.outbreak_simulation import (
    NOBODY,
    live,
    sequence_distances,
    settle,
    spread,
)
from citywide.systems.epidemic.engine.tracing import Records, contact_list, trace

PEOPLE = 1500
HISTORY = NaturalHistory()


@pytest.fixture(scope="module")
def outbreak():
    rng = np.random.default_rng(4)
    population = settle(PEOPLE, rng)
    presences = live(population, 60, rng)
    epidemic = spread(population, presences, HISTORY, rng, most_cases=130)
    case_of = np.full(PEOPLE, NOBODY)
    case_of[epidemic.person] = np.arange(len(epidemic))
    spots = np.stack([presences.day, presences.context, presences.place])
    _, spot, present = np.unique(spots, axis=1, return_inverse=True, return_counts=True)
    keep = case_of[presences.person] != NOBODY
    records = Records(case_of[presences.person[keep]], *spots[:, keep], present[spot.ravel()[keep]])
    return epidemic, records, presences


def records_of(*rows):
    return Records(*np.array(rows, dtype=np.int64).reshape(-1, 5).T)


def test_who_lived_with_the_first_case_caught_it_at_home():
    onset = np.array([10, 14])
    home = [(case, day, HOUSEHOLD, 3, 2) for case in (0, 1) for day in range(5, 15)]
    found = trace(onset, records_of(*home), people=500, history=HISTORY)
    infectors = found.infectors()
    assert infectors[1, 0] > 0.9
    assert infectors[0, -1] > 0.9
    assert next(iter(found.places(1))) == (HOUSEHOLD, 3)


def test_the_shares_of_every_case_sum_to_one(outbreak):
    epidemic, records, _ = outbreak
    found = trace(epidemic.onset, records, PEOPLE, HISTORY)
    assert found.infectors().sum(axis=1) == pytest.approx(np.ones(len(epidemic)))


def test_the_tracer_is_right_as_often_as_it_says(outbreak):
    epidemic, records, _ = outbreak
    infectors = trace(epidemic.onset, records, PEOPLE, HISTORY).infectors()
    truth = np.where(epidemic.infector == NOBODY, len(epidemic), epidemic.infector)
    right = (infectors.argmax(axis=1) == truth).mean()
    assert right > 0.5
    assert infectors.max(axis=1).mean() == pytest.approx(right, abs=0.12)


def test_sequences_make_the_tracer_better(outbreak):
    epidemic, records, _ = outbreak
    rng = np.random.default_rng(1)
    distances = sequence_distances(epidemic, HISTORY.mutations_per_day, 1, rng).astype(float)
    has = epidemic.infector != NOBODY
    chances = [
        trace(epidemic.onset, records, PEOPLE, HISTORY, distances=given)
        .infectors()[np.flatnonzero(has), epidemic.infector[has]]
        .mean()
        for given in (None, distances)
    ]
    assert chances[1] > chances[0] + 0.05


def test_a_missing_sequence_is_no_evidence_either_way(outbreak):
    epidemic, records, _ = outbreak
    none = np.full((len(epidemic), len(epidemic)), np.nan)
    none[0, 1] = none[1, 0] = 3
    without = trace(epidemic.onset, records, PEOPLE, HISTORY).infectors()
    with_none = trace(epidemic.onset, records, PEOPLE, HISTORY, distances=none).infectors()
    assert np.abs(with_none - without)[2:].max() < 0.15


def test_nobody_met_anybody_is_no_reason_to_fail():
    found = trace(np.array([5, 9]), records_of(), people=100, history=HISTORY)
    assert found.infectors().sum(axis=1) == pytest.approx(np.ones(2))


def test_no_case_infects_before_it_was_infected(outbreak):
    epidemic, _, _ = outbreak
    has = epidemic.infector != NOBODY
    assert (epidemic.infected[has] > epidemic.infected[epidemic.infector[has]]).all()
    assert (epidemic.onset > epidemic.infected).all()


def test_every_infection_at_a_place_was_a_meeting_there(outbreak):
    epidemic, _, presences = outbreak
    there = set(zip(*vars(presences).values(), strict=True))
    for case in np.flatnonzero(epidemic.place != NOBODY):
        spot = (epidemic.infected[case], epidemic.context[case], epidemic.place[case])
        assert (epidemic.person[case], *spot) in there
        assert (epidemic.person[epidemic.infector[case]], *spot) in there


def test_distances_are_those_of_a_tree(outbreak):
    epidemic, _, _ = outbreak
    distances = sequence_distances(epidemic, HISTORY.mutations_per_day, 1, np.random.default_rng(2))
    assert (distances == distances.T).all()
    assert (np.diag(distances) == 0).all()
    some = np.arange(0, len(epidemic), 7)
    part = distances[np.ix_(some, some)]
    assert (part[:, :, None] + part[None, :, :] >= part[:, None, :]).all()


def test_the_family_is_called_before_the_bus_and_cases_are_not_called():
    presences = np.array([
        (person, day, context, place)
        for day in (9, 10, 11)
        for person, context, place in [
            (0, HOUSEHOLD, 1), (1, HOUSEHOLD, 1), (0, RIDE, 7), (2, RIDE, 7), (0, VISIT, 4), (3, VISIT, 4),
            (4, VISIT, 5), (9, HOUSEHOLD, 1),
        ]
    ]).T  # fmt: skip
    calls = contact_list(presences, np.array([0, 9]), np.array([10, 30]), np.array(HISTORY.hazards), HISTORY)
    assert [call.person for call in calls] == [1, 3, 2]
    assert calls[0].context == HOUSEHOLD
    assert calls[0].case == 0
    assert calls[0].last_day == 11
    strength = HISTORY.infectious_on(np.array([-1, 0, 1])).sum()
    assert calls[0].chance == pytest.approx(1 - np.exp(-HISTORY.hazards[HOUSEHOLD] * strength))


def test_without_cases_without_meetings_and_without_one_sequence_nobody_is_accused():
    assert trace(np.empty(0, np.int64), records_of(), PEOPLE, HISTORY).infectors().shape == (0, 1)
    alone = trace(np.array([10, 14]), records_of(), PEOPLE, HISTORY, distances=np.full((2, 2), np.nan))
    assert (alone.infectors()[:, -1] > 0.8).all()


def test_of_three_who_fell_ill_together_none_infected_all_in_a_circle():
    home = [(case, day, HOUSEHOLD, 3, 3) for case in range(3) for day in range(3, 12)]
    found = trace(np.full(3, 10), records_of(*home), PEOPLE, HISTORY)
    assert found.infectors().sum(axis=1) == pytest.approx(np.ones(3))
    assert found.infectors()[:, -1].sum() >= 1 - 1e-9  # in every tree at least one has it from elsewhere
