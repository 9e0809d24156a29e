import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.evidence.tiles import TILE_WIDTH, Tile, bundle, hashes_from_tiles, parse_path
from citywide.hub.evidence.tree import edge_of

from .logs import a_log, entries_of, unbundle


def test_paths_are_those_of_the_standard():
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(5, 67, 8).path == "tile/5/067.p/8"
    assert Tile(None, 1000).path == "tile/entries/x001/000"


@given(st.none() | st.integers(0, 63), st.integers(0, 2**40), st.integers(1, 256))
def test_a_path_read_back_is_the_same_tile(level, index, width):
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/0001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/05",
        "tile/0/x001/x002",
        "tile/0/../000",
        "tile/-1/000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
    ],
)
def test_a_path_that_no_tile_has_is_not_understood(path):
    assert parse_path(path) is None


def test_a_tree_kept_as_tiles_gives_every_root():
    log = a_log(entries_of(70_000))
    nodes = [
        (level, first, 70_000 >> 8 * level) for level in range(3) for first in range(0, 70_000 >> 8 * level, TILE_WIDTH)
    ]
    kept = {
        (level, first // TILE_WIDTH): log.hashes(8 * level, first, min(TILE_WIDTH, count - first))
        for level, first, count in nodes
    }
    hashes = hashes_from_tiles(lambda level, index: kept[level, index])
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_793, 70_000):
        assert edge_of(size, hashes) == edge_of(size, log.hashes)
    with pytest.raises(LookupError, match="do not reach"):
        hashes(0, 70_000, 1)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_its_entries_back(entries):
    assert unbundle(bundle(entries)) == entries


def test_an_entry_too_long_for_a_bundle_is_refused():
    with pytest.raises(ValueError, match="65535"):
        bundle([bytes(65_536)])
    assert unbundle(bundle([bytes(65_535)])) == [bytes(65_535)]
