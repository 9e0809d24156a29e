"""The console's built parts: packed once and kept, so that a crowd of new phones costs the hub no packing."""

import gzip
from functools import lru_cache
from pathlib import Path

from litestar import Response, get
from litestar.params import FromPath

from citywide.hub.web.callers import AnyRequest
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread

STATIC = Path(__file__).parents[1] / "static"
KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain",
    ".webmanifest": "application/manifest+json",
}
FOR_EVER = "public, max-age=31536000, immutable"  # the name of a part changes with what is in it


@get("/assets/{name:str}", include_in_schema=False)
@in_thread
def asset(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A built part, packed for whoever can unpack it."""
    file = STATIC / "assets" / name
    if "\0" in name or file.suffix not in KINDS or not file.is_file():
        raise Problem(404, f"there is nothing at /assets/{name}")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=headers)
    return Response(packed(file), media_type=KINDS[file.suffix], headers=headers | {"Content-Encoding": "gzip"})


@lru_cache(maxsize=64)
def packed(file: Path) -> bytes:
    """A part, as small as it gets."""
    return gzip.compress(file.read_bytes(), compresslevel=9, mtime=0)


HANDLERS = [asset]
