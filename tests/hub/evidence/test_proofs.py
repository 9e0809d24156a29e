import json
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.evidence.proofs import (
    Checker,
    Claim,
    consistency_proof,
    consistency_ranges,
    inclusion_proof,
    inclusion_ranges,
    verify_consistency,
    verify_inclusion,
)
from citywide.hub.evidence.tree import leaf_hash, nodes_of

from .logs import a_log, entries_of
from .oracle import mth, path, proof

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "merkle"
INCLUSION = sorted(VECTORS.glob("inclusion/**/*.json"))
CONSISTENCY = sorted(VECTORS.glob("consistency/**/*.json"))


def read(file):
    return json.loads(file.read_text())


def decoded(hashes):
    return [b64decode(part) for part in hashes or []]


@pytest.mark.skipif(not INCLUSION, reason="the published vectors are not beside the project")
def test_inclusion_agrees_with_every_published_vector():
    for case in map(read, INCLUSION):
        leaf, root = b64decode(case["leafHash"]), b64decode(case["root"])
        claim = Claim(case["leafIdx"], leaf, decoded(case["proof"]))
        holds = verify_inclusion(claim.index, case["treeSize"], leaf, claim.proof, root)
        assert holds is not case["wantErr"], case["desc"]
        assert Checker(case["treeSize"], root).verdicts([claim, claim]) == [holds, holds], case["desc"]


@pytest.mark.skipif(not CONSISTENCY, reason="the published vectors are not beside the project")
def test_consistency_agrees_with_every_published_vector():
    for case in map(read, CONSISTENCY):
        roots = b64decode(case["root1"]), b64decode(case["root2"])
        holds = verify_consistency(case["size1"], case["size2"], *roots, decoded(case["proof"]))
        assert holds is not case["wantErr"], case["desc"]


def test_every_small_tree_makes_the_proofs_of_the_standard_and_accepts_them():
    for size in range(1, 34):
        entries = entries_of(size)
        log = a_log(entries)
        for index in range(size):
            made = inclusion_proof(index, size, log.hashes)
            assert made == path(index, entries)
            assert verify_inclusion(index, size, leaf_hash(entries[index]), made, log.edge.root)
        for first in range(1, size + 1):
            made = consistency_proof(first, size, log.hashes)
            assert made == proof(first, entries)
            assert verify_consistency(first, size, mth(entries[:first]), log.edge.root, made)


@given(st.integers(1, 200), st.data())
def test_no_altered_inclusion_proof_is_accepted(size, data):
    entries = entries_of(size)
    log, index = a_log(entries), data.draw(st.integers(0, size - 1))
    made = inclusion_proof(index, size, log.hashes)
    leaf, altered = leaf_hash(entries[index]), data.draw(alterations(made))
    other = data.draw(st.integers(-3, size + 3).filter(lambda place: place != index))
    assert not verify_inclusion(index, size, leaf, altered, log.edge.root)
    assert not verify_inclusion(other, size, leaf, made, log.edge.root)
    assert not verify_inclusion(index, size, leaf_hash(b"another"), made, log.edge.root)


@given(st.integers(2, 200), st.data())
def test_no_altered_consistency_proof_is_accepted(size, data):
    entries = entries_of(size)
    first = data.draw(st.integers(1, size - 1))
    made = consistency_proof(first, size, a_log(entries).hashes)
    roots, altered = (mth(entries[:first]), mth(entries)), data.draw(alterations(made))
    assert not verify_consistency(first, size, *roots, altered)
    assert not verify_consistency(first, size, *roots[::-1], made)
    assert not verify_consistency(first, size, mth([b"rewritten", *entries[1:first]]), roots[1], made)


@given(st.integers(1, 120), st.data())
def test_the_checker_of_many_says_of_each_claim_what_it_would_say_alone(size, data):
    entries = entries_of(size)
    log = a_log(entries)
    claims = [data.draw(claims_on(log, entries)) for _ in range(data.draw(st.integers(1, 12)))]
    alone = [verify_inclusion(each.index, size, each.leaf, each.proof, log.edge.root) for each in claims]
    assert Checker(size, log.edge.root).verdicts(claims) == alone
    assert Checker(size, log.edge.root, most_nodes=0).verdicts(claims) == alone


@given(st.integers(1, 3000), st.data())
def test_one_query_for_the_nodes_named_is_enough_for_a_proof(size, data):
    log = a_log(entries_of(size))
    first = data.draw(st.integers(1, size))
    ranges = [*inclusion_ranges(first - 1, size), *consistency_ranges(first, size)]
    fetched = {node: log.hashes(*node, 1) for pair in ranges for node in nodes_of(*pair)}

    def hashes(level, index, count):
        assert count == 1
        return fetched[level, index]

    assert inclusion_proof(first - 1, size, hashes) == inclusion_proof(first - 1, size, log.hashes)
    assert consistency_proof(first, size, hashes) == consistency_proof(first, size, log.hashes)


def test_a_proof_of_what_is_not_there_is_refused_in_words():
    with pytest.raises(ValueError, match="no leaf 7"):
        inclusion_ranges(7, 7)
    with pytest.raises(ValueError, match="not 9 and 8"):
        consistency_ranges(9, 8)


@st.composite
def alterations(draw, made):
    garbage = draw(st.binary(min_size=32, max_size=32))
    if not made:
        return [garbage]
    place = draw(st.integers(0, len(made) - 1))
    flipped = bytes([made[place][0] ^ 1 << draw(st.integers(0, 7))]) + made[place][1:]
    return draw(
        st.sampled_from(
            [
                [*made, garbage],
                [garbage, *made],
                made[:-1],
                [*made[:place], flipped, *made[place + 1 :]],
                [*made[:place], made[place] + b"\x00", *made[place + 1 :]],
            ]
        )
    )


@st.composite
def claims_on(draw, log, entries):
    index = draw(st.integers(0, len(entries) - 1))
    made = inclusion_proof(index, len(entries), log.hashes)
    place = draw(st.sampled_from([index, index, index ^ 1, index + 1]))
    return Claim(place, leaf_hash(entries[index]), draw(st.one_of(st.just(made), alterations(made))))
