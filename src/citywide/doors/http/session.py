"""Signing in and out."""

import time
from collections import deque

import msgspec
from litestar import MediaType, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.params import JSONBody
from msgspec import Struct

from citywide.hub.people.staff import SignInError, sign_in, sign_out
from citywide.hub.people.who import Who
from citywide.hub.web.callers import COOKIE, AnyRequest, hub_of, session, staff
from citywide.hub.web.limits import address_of
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread


class Credentials(Struct, frozen=True):
    """A name and a password."""

    name: str
    password: str


class Gate:
    """So many failures a minute from one address, no more."""

    def __init__(self, most: int, seconds: float = 60) -> None:
        self.most, self.seconds = most, seconds
        self._failed: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        """Refuse an address that has failed too often."""
        failed = self._failed.get(address, deque())
        while failed and failed[0] < time.monotonic() - self.seconds:
            failed.popleft()
        if len(failed) >= self.most:
            raise Problem(429, f"more than {self.most} failures in {self.seconds:g} s; wait a minute")

    def failed(self, address: str) -> None:
        """Count a failure."""
        if len(self._failed) > 50_000:
            self._failed.clear()
        self._failed.setdefault(address, deque()).append(time.monotonic())


class Familiar:
    """From where people have signed in: a bounded memory, the oldest is forgotten."""

    def __init__(self, most: int = 10_000) -> None:
        self._most, self._seen = most, dict[tuple[str, str], None]()

    def __contains__(self, pair: tuple[str, str]) -> bool:
        return pair in self._seen

    def add(self, pair: tuple[str, str]) -> None:
        """Remember a name and an address."""
        self._seen.pop(pair, None)
        self._seen[pair] = None
        if len(self._seen) > self._most:
            self._seen.pop(next(iter(self._seen)))


SIGN_INS, FAMILIAR = Gate(most=30), Familiar()


@post("/v1/session", status_code=200)
@in_thread
def open_session(request: AnyRequest, state: State, data: JSONBody[Credentials]) -> Response[bytes]:
    """Sign in; every change then carries the csrf value in the header X-CSRF."""
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Problem(415, "credentials come as application/json: what another site's form can send signs nobody in")
    SIGN_INS.check(address_of(request))
    hub, pair = hub_of(state), (data.name, address_of(request))
    try:
        with hub.database.transaction() as connection:
            length, known = hub.settings.session_length, pair in FAMILIAR
            session = sign_in(connection, data.name, data.password, length, known=known, at=hub.clock.now())
    except SignInError:
        SIGN_INS.failed(address_of(request))
        raise
    FAMILIAR.add(pair)
    cookie = Cookie(
        COOKIE, value=session.secret, httponly=True, samesite="strict", secure=request.url.scheme == "https",
        max_age=int(hub.settings.session_length.total_seconds()),
    )  # fmt: skip
    return Response(_me(session.who, session.csrf), media_type=MediaType.JSON, cookies=[cookie])


@get("/v1/me")
@in_thread
def me(request: AnyRequest) -> Response[bytes]:
    """Who is signed in."""
    found = session(request)
    if found is None:
        raise Problem(401, "sign in with POST /v1/session")
    return Response(_me(*found), media_type=MediaType.JSON)


@delete("/v1/session", status_code=200)
@in_thread
def close_session(request: AnyRequest, state: State) -> Response[bytes]:
    """Sign out."""
    staff(request)
    with hub_of(state).database.transaction() as connection:
        sign_out(connection, request.cookies.get(COOKIE, ""))
    gone = Response(b"{}", media_type=MediaType.JSON)
    gone.delete_cookie(COOKIE)
    return gone


def _me(who: Who, csrf: str) -> bytes:
    shown = {"name": who.name, "roles": who.roles, "departments": who.departments, "csrf": csrf}
    return msgspec.json.encode(shown)


HANDLERS = [open_session, me, close_session]
