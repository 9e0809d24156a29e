"""Sequences: how far they lie apart, and what that says of who infected whom."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from citywide.systems.epidemic.engine.natural_history import NaturalHistory
from citywide.systems.epidemic.engine.outbreak_simulation import live, sequence_distances, sequences, settle, spread
from citywide.systems.epidemic.engine.tracing import Records, differences, trace

READS = st.lists(st.none() | st.text("ACGTNacgt-", min_size=4, max_size=5), min_size=2, max_size=6)
NOTHING = Records(*np.zeros((5, 0), np.int64))


@given(READS)
def test_sequences_differ_by_the_sites_that_both_have_read(reads) -> None:
    apart = differences(reads)
    for one, first in enumerate(reads):
        for other, second in enumerate(reads):
            if one != other and first and second and len(first) == len(second):
                pairs = zip(first.upper(), second.upper(), strict=True)
                assert apart is not None
                assert apart[one, other] == sum(a != b for a, b in pairs if a in "ACGT" and b in "ACGT")
            else:
                assert apart is None or np.isnan(apart[one, other])


def test_the_simulated_genomes_in_letters_lie_as_far_apart_as_their_mutations_say() -> None:
    rng, history = np.random.default_rng(5), NaturalHistory()
    people = settle(300, rng)
    epidemic = spread(people, live(people, 40, rng), history, rng, most_cases=40)
    known = sequence_distances(epidemic, 0.3, 1, np.random.default_rng(6))
    apart = differences([*sequences(epidemic, 0.3, 1, np.random.default_rng(6))])
    assert apart is not None
    assert np.array_equal(np.nan_to_num(apart), known * ~np.eye(len(epidemic), dtype=bool))


def test_of_two_cases_that_fell_ill_together_the_one_with_the_like_sequence_is_the_likelier_source() -> None:
    onset, far, near = np.array([0, 0, 5]), "ACGTACGTACGT", "TTTTTTTTTTTT"
    history = NaturalHistory()
    likely = trace(onset, NOTHING, 50, history, distances=differences([far, near, near])).infectors()
    assert likely[2, 1] > 2 * likely[2, 0]
