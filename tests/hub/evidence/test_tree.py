import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.evidence.tree import EMPTY_ROOT, Edge, append, edge_of, leaf_hash

from .logs import a_log, entries_of
from .oracle import mth

PUBLISHED_ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
PUBLISHED_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_eight_entries_of_certificate_transparency_have_their_published_root():
    assert a_log(PUBLISHED_ENTRIES).edge.root.hex() == PUBLISHED_ROOT


def test_an_empty_log_has_the_root_of_nothing():
    assert Edge().root == EMPTY_ROOT == mth([])


@given(st.lists(st.lists(st.binary(max_size=40), max_size=20), max_size=8))
def test_any_batches_give_the_root_of_one_big_tree(batches):
    log = a_log(*batches)
    entries = [entry for batch in batches for entry in batch]
    assert log.edge.size == len(entries)
    assert log.edge.root == mth(entries)
    assert edge_of(len(entries), log.hashes) == log.edge


@given(st.integers(1, 70), st.data())
def test_the_root_of_any_earlier_day_is_read_from_the_stored_nodes(size, data):
    entries = entries_of(size)
    earlier = data.draw(st.integers(0, size))
    assert edge_of(earlier, a_log(entries).hashes).root == mth(entries[:earlier])


def test_a_batch_returns_each_node_that_became_complete_and_no_other():
    log = a_log(entries_of(5))
    _, grown = append(log.edge, b"".join(map(leaf_hash, entries_of(4))))
    assert [(run.level, run.first, len(run.hashes) // 32) for run in grown] == [
        (0, 5, 4),
        (1, 2, 2),
        (2, 1, 1),
        (3, 0, 1),
    ]


def test_an_edge_or_leaves_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="peaks"):
        Edge(3, bytes(32))
    with pytest.raises(ValueError, match="32 bytes"):
        append(Edge(), b"short")
