"""Who calls: a staff member by cookie, a device by token; and what they must show to change something."""

import asyncio
import hmac
from typing import Any

from litestar import Request
from litestar.datastructures import State

from citywide.hub.people.staff import session_of
from citywide.hub.people.who import Who
from citywide.hub.running import Hub
from citywide.hub.web.problems import Problem

COOKIE = "citywide_session"
SAFE = {"GET", "HEAD", "OPTIONS"}
AnyRequest = Request[Any, Any, Any]


def hub_of(state: State) -> Hub:
    """The running hub."""
    return state.hub


def session(request: AnyRequest) -> tuple[Who, str] | None:
    """Who is signed in with the request's cookie, and the session's CSRF token."""
    secret = request.cookies.get(COOKIE, "")
    with hub_of(request.app.state).database.transaction() as connection:
        return session_of(connection, secret) if secret else None


def signed_in(request: AnyRequest) -> Who | None:
    """The same person a while later, with the rights of then; None when the session has ended."""
    found = session(request)
    return found[0] if found else None


def staff(request: AnyRequest) -> Who:
    """The staff member who calls; changes need the session's CSRF token."""
    found = session(request)
    if found is None:
        raise Problem(401, "sign in with POST /v1/session")
    who, csrf = found
    if request.method not in SAFE and not hmac.compare_digest(
        request.headers.get("x-csrf", "").encode(), csrf.encode()
    ):
        raise Problem(403, "the header X-CSRF must carry the session's csrf value")
    return who


def device(request: AnyRequest, scope: str) -> Who:
    """The device or program that calls, if its token has this scope."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    who = hub_of(request.app.state).tokens.who(token) if kind.lower() == "bearer" and token else None
    if who is None:
        raise Problem(401, "a token is needed: Authorization: Bearer cw_…")
    if scope not in who.roles:
        raise Problem(403, f"this token lacks the scope {scope}; it has {', '.join(who.roles) or 'none'}")
    return who


async def device_aside(request: AnyRequest, scope: str) -> Who:
    """The same for a handler of the event loop: whose token is not remembered keeps nobody else waiting."""
    _, _, token = request.headers.get("authorization", "").partition(" ")
    if hub_of(request.app.state).tokens.remembers(token):
        return device(request, scope)
    return await asyncio.to_thread(device, request, scope)


def anybody(request: AnyRequest, scope: str) -> Who:
    """A staff member, or a device with the scope."""
    return device(request, scope) if "authorization" in request.headers else staff(request)


def need_role_in(who: Who, department: str, *roles: str) -> None:
    """Refuse those who hold none of these roles in this department, whatever they are elsewhere."""
    need_role(who, *roles)
    if not who.is_in(department, roles):
        mine = ", ".join(who.departments) or "no department"
        raise Problem(403, f"this is open to {' and '.join(roles)} of {department}; you are of {mine}")


def need_role(who: Who, *roles: str) -> None:
    """Refuse those who hold none of these roles."""
    if not set(who.roles) & set(roles):
        raise Problem(403, f"this is open to {' and '.join(roles)}; you are {', '.join(who.roles) or 'nobody'}")
