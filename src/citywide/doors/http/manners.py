"""What holds for every answer, be it a refusal or a file: safe headers, which ways are open, HEAD without a body."""

from contextlib import suppress
from typing import Any

from litestar import Litestar
from litestar.datastructures import MutableScopeHeaders
from litestar.exceptions import HTTPException
from litestar.types import Message, Method, Receive, Scope, Send

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",  # what may be kept says so itself
}
WAYS: tuple[Method, ...] = ("GET", "POST", "PUT", "DELETE")


class Mannered(Litestar):
    """An application that answers HEAD wherever it answers GET."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request; to HEAD what GET would be told, without the body."""
        if scope.get("method") == "HEAD":
            await _without_body(super().__call__, scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _without_body(app: Any, scope: Any, receive: Receive, send: Send) -> None:
    """The answer to GET as far as its headers; a stream that never ends is hung up on."""
    told = False

    async def only_headers(message: Message) -> None:
        nonlocal told
        if message["type"] == "http.response.start":
            told = True
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def hung_up() -> Any:
        return {"type": "http.disconnect"} if told else await receive()

    await app({**scope, "method": "GET"}, hung_up, only_headers)


async def mind_manners(message: Message, scope: Scope) -> None:
    """Give an answer the headers that every answer has, and a refusal those that tell what would be accepted."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    wanted = dict(SAFE_HEADERS)
    if message["status"] == 401:
        wanted["WWW-Authenticate"] = 'Bearer realm="citywide"'
    if message["status"] == 405:
        wanted["Allow"] = ", ".join(_ways(scope["litestar_app"], scope["path"]))
    for name, value in wanted.items():
        headers.setdefault(name, value)


def _ways(app: Litestar, path: str) -> list[str]:
    """The methods that there are at a path."""
    found = ["OPTIONS"]
    for way in WAYS:
        with suppress(HTTPException):
            app.asgi_router.handle_routing(path=path, method=way)
            found += ["GET", "HEAD"] if way == "GET" else [way]
    return found
