"""Bodies that come packed: gateways on a thin line send gzip."""

import gzip
import zlib
from io import BytesIO

from citywide.hub.web.problems import Problem

LARGEST_BODY = 64 * 1024 * 1024
PACKED = {"gzip", "x-gzip"}


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body as it was before it was packed; never more than any body may have."""
    if encoding in {"", "identity"}:
        return body
    if encoding not in PACKED:
        raise Problem(415, f"the content encoding {encoding} is not read here; accepted: gzip, identity")
    try:
        with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
            found = packed.read(LARGEST_BODY + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Problem(400, f"the body says that it is gzip and cannot be unpacked: {error}") from error
    if len(found) > LARGEST_BODY:
        raise Problem(413, f"unpacked, the body has more than {LARGEST_BODY // 1024**2} MiB")
    return found
