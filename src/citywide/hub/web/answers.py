"""Answers in JSON, encoded once and by msgspec alone."""

import msgspec
from litestar import MediaType, Response


def as_json(found: object, status: int = 200) -> Response[bytes]:
    """What was found, as a response."""
    return encoded(msgspec.json.encode(found), status)


def encoded(body: bytes, status: int = 200) -> Response[bytes]:
    """What was encoded once, for one of those who get it."""
    return Response(body, status_code=status, media_type=MediaType.JSON)
