"""The evidence log for everybody who wants to check it: tiles, checkpoints, proofs."""

import json as plain_json

from litestar import MediaType, Response, get
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery

from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.evidence import log
from citywide.hub.evidence.tiles import TILE_HEIGHT, TILE_WIDTH, Tile, bundle, parse_path
from citywide.hub.evidence.verify import proof_file
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread


@get("/evidence/checkpoint")
@in_thread
def newest(state: State) -> Response[str]:
    """The newest signed checkpoint, as a C2SP signed note; of a log without entries one of size 0."""
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        note = log.checkpoint(connection) or log.of_nothing(hub.keys)
    return Response(note, media_type=MediaType.TEXT)


@get("/evidence/key", sync_to_thread=False)
def public_key(state: State) -> Response[str]:
    """The public keys that checkpoints are checked with, a line each; the first is the log's own."""
    lines = [key.public.text for key in hub_of(state).keys]
    return Response("\n".join([*lines, ""]), media_type=MediaType.TEXT)


@get("/evidence/tile/{path:path}")
@in_thread
def tile(request: AnyRequest, state: State, path: FromPath[str]) -> Response[bytes]:
    """A tile of hashes, for everybody; a bundle of entries, for auditors who may see every department's."""
    found = parse_path(f"tile{path}")
    if found is None:
        raise Problem(404, "a tile's path is like tile/0/x001/x234/067 or …/067.p/8, a bundle's like tile/entries/000")
    if found.level is None:
        return _bundle(request, state, found)
    with hub_of(state).database.transaction() as connection:
        row = connection.execute(sql("tile"), {"level": found.level, "index": found.index}).fetchone()
    if row is None or len(row[0]) < 32 * found.width:
        raise Problem(404, f"the log has no such tile of height {TILE_HEIGHT} yet")
    return Response(bytes(row[0][: 32 * found.width]), media_type="application/octet-stream")


def _bundle(request: AnyRequest, state: State, of: Tile) -> Response[bytes]:
    who = staff(request)
    if not who.everywhere:
        raise Problem(403, "bundles hold every department's entries; read yours at /v1/evidence")
    with hub_of(state).database.reading_as(who) as connection:
        found = rows(connection, sql("entries_after"), {"after": of.index * TILE_WIDTH, "most": of.width})
    if len(found) < of.width:
        raise Problem(404, "the log has no such bundle yet")
    return Response(bundle(bytes(row["body"]) for row in found), media_type="application/octet-stream")


@get("/v1/evidence")
@in_thread
def entries(request: AnyRequest, state: State, after: FromQuery[int] = 0) -> Response[bytes]:
    """Entries from an index on, as far as this reader may see them."""
    who = staff(request)
    with hub_of(state).database.reading_as(who) as connection:
        found = rows(connection, sql("entries_after"), {"after": max(0, min(after, 1 << 62)), "most": 500})
    listed = [{"index": row["index"], "entry": plain_json.loads(row["body"])} for row in found]
    return Response(plain_json.dumps(listed, ensure_ascii=False).encode(), media_type=MediaType.JSON)


@get("/v1/evidence/{index:int}/proof")
@in_thread
def inclusion(request: AnyRequest, state: State, index: FromPath[int]) -> Response[str]:
    """An entry with the proof that the log holds it; `citywide verify` checks the file offline."""
    who, hub = staff(request), hub_of(state)
    with hub.database.reading_as(who) as connection:
        found = rows(connection, sql("entries_after"), {"after": max(0, min(index, 1 << 62)), "most": 1})
    if not found or found[0]["index"] != index:
        raise Problem(404, f"there is no entry {index} for you")
    with hub.database.transaction() as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        note, size = log.checkpoint(connection), log.size_of(connection)
        proof = log.prove_inclusion(connection, index, size)
    text = proof_file(bytes(found[0]["body"]), index, proof, note, size, hub.keys[0].public.text)
    return Response(text, media_type=MediaType.JSON)


@get("/evidence/consistency")
@in_thread
def consistency(state: State, first: FromQuery[int], second: FromQuery[int]) -> Response[bytes]:
    """The proof that the log of size `second` only extended that of `first`."""
    with hub_of(state).database.transaction() as connection:
        size = log.size_of(connection)
        if not 0 < first <= second <= size:
            raise Problem(422, f"sizes must be 0 < first ≤ second ≤ {size}")
        proof = log.prove_consistency(connection, first, second)
    return Response(plain_json.dumps({"proof": [node.hex() for node in proof]}).encode(), media_type=MediaType.JSON)


HANDLERS = [newest, public_key, tile, entries, inclusion, consistency]
