import pytest
from hypothesis import given
from hypothesis import strategies as st

from citywide.hub.evidence.tiles import (
    Tile,
    bundle,
    hashes_from_tiles,
    parse_path,
    tile_bytes,
    tile_exists,
    tiles_of,
    unbundle,
)
from citywide.hub.evidence.tree import root_of

from .logs import a_log, entries_of


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


def test_seventy_thousand_entries_have_the_tiles_that_the_standard_counts():
    tiles = tiles_of(70_000)
    hashes = [tile for tile in tiles if tile.level is not None]
    partial = [(tile.level, tile.index, tile.width) for tile in hashes if tile.width < 256]
    assert partial == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert [sum(tile.level == level for tile in hashes) for level in range(3)] == [274, 2, 1]
    assert sum(tile.level is None for tile in tiles) == 274


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_new_tiles_are_those_that_the_smaller_tree_did_not_have(one, other):
    since, size = sorted((one, other))
    new = tiles_of(size, since=since)
    assert set(tiles_of(size)) == set(new) | (set(tiles_of(since)) & set(tiles_of(size)))
    assert all(tile_exists(tile, size) for tile in new)
    assert not any(tile_exists(tile, since) for tile in new)


def test_a_tree_kept_as_tiles_gives_every_root():
    log = a_log(entries_of(70_000))
    kept = {
        (tile.level, tile.index): tile_bytes(tile, log.hashes) for tile in tiles_of(70_000) if tile.level is not None
    }
    hashes = hashes_from_tiles(lambda level, index: kept[level, index])
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_793, 70_000):
        assert root_of(size, hashes) == root_of(size, log.hashes)
    with pytest.raises(LookupError, match="do not reach"):
        hashes(0, 70_000, 1)


def test_a_bundle_of_entries_is_no_tile_of_hashes():
    with pytest.raises(ValueError, match="entries"):
        tile_bytes(Tile(None, 0), a_log(entries_of(3)).hashes)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_its_entries_back(entries):
    assert unbundle(bundle(entries)) == entries


def test_entries_too_long_and_bundles_cut_short_are_refused():
    with pytest.raises(ValueError, match="65535"):
        bundle([bytes(65_536)])
    assert unbundle(bundle([bytes(65_535)])) == [bytes(65_535)]
    for cut in (b"\x00", b"\x00\x05abc"):
        with pytest.raises(ValueError, match="within an entry"):
            unbundle(cut)
