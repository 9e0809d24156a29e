"""Signing in and out."""

import time
from collections import deque
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from msgspec import Struct

from citywide.doors.http.callers import COOKIE, hub_of, staff
from citywide.doors.http.problems import Problem
from citywide.hub.people.staff import session_of, sign_in, sign_out
from citywide.hub.people.who import Who

AnyRequest = Request[Any, Any, Any]


class Credentials(Struct, frozen=True):
    """A name and a password."""

    name: str
    password: str


class Gate:
    """So many attempts a minute from one address, no more."""

    def __init__(self, most: int, seconds: float = 60) -> None:
        self.most, self.seconds = most, seconds
        self._seen: dict[str, deque[float]] = {}

    def pass_(self, address: str) -> None:
        """Count an attempt, or refuse it."""
        now = time.monotonic()
        if len(self._seen) > 50_000:
            self._seen.clear()
        seen = self._seen.setdefault(address, deque())
        while seen and seen[0] < now - self.seconds:
            seen.popleft()
        if len(seen) >= self.most:
            raise Problem(429, f"more than {self.most} attempts in {self.seconds:g} s; wait a minute")
        seen.append(now)


SIGN_INS = Gate(most=30)


@post("/v1/session", sync_to_thread=True, status_code=200)
def open_session(request: AnyRequest, state: State, data: Credentials) -> Response[bytes]:
    """Sign in; the cookie is for this browser only, the csrf value goes into the header X-CSRF of every change."""
    SIGN_INS.pass_(address_of(request))
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        session = sign_in(connection, data.name, data.password, hub.settings.session_length)
    cookie = Cookie(
        COOKIE, value=session.secret, httponly=True, samesite="strict", secure=request.url.scheme == "https",
        max_age=int(hub.settings.session_length.total_seconds()),
    )  # fmt: skip
    return Response(_me(session.who, session.csrf), media_type=MediaType.JSON, cookies=[cookie])


@get("/v1/me", sync_to_thread=True)
def me(request: AnyRequest, state: State) -> Response[bytes]:
    """Who is signed in."""
    secret = request.cookies.get(COOKIE, "")
    with hub_of(state).database.transaction() as connection:
        found = session_of(connection, secret) if secret else None
    if found is None:
        raise Problem(401, "sign in with POST /v1/session")
    return Response(_me(*found), media_type=MediaType.JSON)


@delete("/v1/session", sync_to_thread=True, status_code=200)
def close_session(request: AnyRequest, state: State) -> Response[bytes]:
    """Sign out."""
    staff(request)
    with hub_of(state).database.transaction() as connection:
        sign_out(connection, request.cookies.get(COOKIE, ""))
    gone = Response(b"{}", media_type=MediaType.JSON)
    gone.delete_cookie(COOKIE)
    return gone


def address_of(request: AnyRequest) -> str:
    """Where a request comes from, as far as the server itself can tell."""
    return request.client.host if request.client else "unknown"


def _me(who: Who, csrf: str) -> bytes:
    shown = {"name": who.name, "roles": who.roles, "departments": who.departments, "csrf": csrf}
    return msgspec.json.encode(shown)


HANDLERS = [open_session, me, close_session]
