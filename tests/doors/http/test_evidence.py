"""The evidence log over HTTP, checked by nothing but what it serves: checkpoint, tiles, bundles and proofs."""

import pytest
from litestar.testing import TestClient

from citywide.hub.evidence.keys import parse_key
from citywide.hub.evidence.notes import Checkpoint, read
from citywide.hub.evidence.proofs import verify_consistency, verify_inclusion
from citywide.hub.evidence.tiles import TILE_WIDTH, hashes_from_tiles
from citywide.hub.evidence.tree import HASH_BYTES, edge_of, leaf_hash
from citywide.hub.evidence.verify import PROVEN, REFUTED, verify
from tests.hub.evidence.logs import unbundle


def checkpoint_of(door: TestClient) -> Checkpoint:
    keys = [parse_key(line) for line in door.get("/evidence/key").text.splitlines()]
    found, signatures = read(door.get("/evidence/checkpoint").text, keys)
    assert len(signatures) == len(keys)
    return found


def bundled(door: TestClient, size: int) -> list[bytes]:
    answer = door.get(f"/evidence/tile/entries/000.p/{size}")
    assert answer.status_code == 200, answer.text
    return unbundle(answer.content)


def test_the_tiles_of_the_log_give_the_root_that_is_signed(flooded: TestClient) -> None:
    now = checkpoint_of(flooded)
    assert 2 <= now.size < TILE_WIDTH

    def tile(level: int, index: int) -> bytes:
        return flooded.get(f"/evidence/tile/{level}/{index:03d}.p/{now.size}").content

    assert len(tile(0, 0)) == HASH_BYTES * now.size
    assert edge_of(now.size, hashes_from_tiles(tile)).root == now.root


def test_an_auditor_reads_the_entries_behind_the_leaves_and_nobody_else_does(flooded: TestClient, sign_in) -> None:
    sign_in("mayor")
    now = checkpoint_of(flooded)
    leaves = flooded.get(f"/evidence/tile/0/000.p/{now.size}").content
    assert b"".join(leaf_hash(entry) for entry in bundled(flooded, now.size)) == leaves
    assert flooded.get("/evidence/tile/entries/000.p/255").status_code == 404
    sign_in("wen")
    assert flooded.get("/evidence/tile/entries/000.p/1").status_code == 403
    flooded.cookies.clear()
    assert flooded.get("/evidence/tile/entries/000.p/1").status_code == 401


@pytest.mark.parametrize("path", ["0/0", "entries/1000", "64/000", "0/000.p/0", "0/000.p/256", "elsewhere"])
def test_what_is_no_tile_is_told_what_one_looks_like(door: TestClient, path: str) -> None:
    assert door.get(f"/evidence/tile/{path}").status_code == 404


def test_a_proof_that_was_fetched_holds_and_one_that_was_changed_does_not(flooded: TestClient, sign_in) -> None:
    sign_in("mayor")
    proof = flooded.get("/v1/evidence/1/proof").json()
    assert verify(proof).status == PROVEN
    assert verify(proof | {"index": 0}).status == REFUTED


def test_the_log_was_only_ever_extended(flooded: TestClient, sign_in) -> None:
    before = checkpoint_of(flooded)
    sign_in("mayor")  # is an entry of its own
    until = checkpoint_of(flooded)
    while until.size == before.size:
        until = checkpoint_of(flooded)
    asked = {"first": before.size, "second": until.size}
    proof = [bytes.fromhex(node) for node in flooded.get("/evidence/consistency", params=asked).json()["proof"]]
    assert verify_consistency(before.size, until.size, before.root, until.root, proof)
    assert not verify_consistency(before.size, until.size, until.root, before.root, proof)
    assert not verify_inclusion(0, before.size, leaf_hash(b"another"), [], before.root)
    refused = flooded.get("/evidence/consistency", params={"first": 0, "second": until.size})
    assert refused.status_code == 422
