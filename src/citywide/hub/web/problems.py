"""Clear answers to bad requests: RFC 9457 problem details that say what, where, and what is accepted."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import Struct, json, to_builtins
from psycopg import DataError, errors

from citywide.hub.cases.moves import CaseError, NoCaseError
from citywide.hub.ingest.batch import Refusal, UnreadableError
from citywide.hub.ingest.memory import FellWithAnotherError
from citywide.hub.ingest.receive import NobodyKeepsError
from citywide.hub.ingest.writer import FencedError
from citywide.hub.people.persons import AccessRefusedError, NoSuchPersonError, UnknownPurposeError
from citywide.hub.people.staff import LockedError, SignInError
from citywide.hub.readings.archive import ArchiveError
from citywide.hub.workers.peers import PeerError

log = structlog.get_logger()
TITLES = {400: "Not understood", 401: "Sign in first", 403: "Not allowed", 404: "Not found", 405: "Not this way",
          409: "Not possible now", 413: "Too large", 415: "Not this format", 422: "Not understood",
          429: "Too many requests", 503: "Try again soon"}  # fmt: skip


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request that cannot be met, with what would be accepted."""

    def __init__(self, status: int, detail: str, errors: Sequence[Refusal] = ()) -> None:
        super().__init__(detail)
        self.status, self.errors = status, errors


class ProblemDetails(Struct, frozen=True):
    """The answer's body."""

    status: int
    title: str
    detail: str
    type: str = "about:blank"
    errors: Sequence[Refusal] = ()


def answer(status: int, detail: str, errors: Sequence[Refusal] = ()) -> Response[bytes]:
    """A problem as a response."""
    body = json.encode(to_builtins(ProblemDetails(status, TITLES.get(status, "Problem"), detail, errors=errors)))
    headers = {"Retry-After": "2"} if status in {429, 503} else {}
    return Response(body, status_code=status, media_type="application/problem+json", headers=headers)


def _problem(_: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
    return answer(error.status, str(error), error.errors)


def _http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    return answer(error.status_code, error.detail)


def _invalid(_: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    extra = error.extra if isinstance(error.extra, list) else []
    refusals = [Refusal(str(item.get("key", "")), str(item.get("message", "")), "see /schema") for item in extra]
    return answer(400, error.detail, refusals)


def _unreadable(_: Request[Any, Any, Any], error: UnreadableError) -> Response[bytes]:
    accepted = '{"readings": [{"entity", "quantity", "value", "time"?, "unit"?}]}, or columns of the same names'
    return answer(400, "the batch cannot be read", [Refusal("body", str(error), accepted)])


def _case(_: Request[Any, Any, Any], error: CaseError) -> Response[bytes]:
    status = 404 if isinstance(error, NoCaseError) else 409
    return answer(status, str(error), [Refusal("case", str(error), error.accepted)])


REFUSED: Mapping[type[Exception], int] = {
    SignInError: 401, LockedError: 429, NoSuchPersonError: 404, UnknownPurposeError: 422,
}  # fmt: skip


def _refused(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return answer(REFUSED.get(type(error), 403), str(error))


def _later(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return answer(503, f"not acknowledged: {error}")


def _unread(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return answer(503, str(error))


def _unkept(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    accepted = "text without NUL characters, numbers and times that a database can keep"
    return answer(422, "a value cannot be kept", [Refusal("value", str(error).partition("\n")[0], accepted)])


def _against_the_rules(request: Request[Any, Any, Any], error: errors.CheckViolation) -> Response[bytes]:
    """A day that left for the archive at this very moment is made again; all else is the sender's."""
    return _later(request, error) if "no partition" in str(error) else _unkept(request, error)


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("request_failed", path=request.url.path, error=f"{type(error).__name__}: {error}", exc_info=error)
    return answer(500, "something went wrong on our side; it is in the log")


HANDLERS: dict[Any, Any] = {
    Problem: _problem,
    ValidationException: _invalid,
    HTTPException: _http,
    UnreadableError: _unreadable,
    CaseError: _case,
    AccessRefusedError: _refused,
    SignInError: _refused,
    NobodyKeepsError: _later,
    PeerError: _later,
    FencedError: _later,
    FellWithAnotherError: _later,
    ArchiveError: _unread,
    errors.QueryCanceled: _later,
    errors.OperationalError: _later,
    DataError: _unkept,
    errors.CheckViolation: _against_the_rules,
    errors.DivisionByZero: _unexpected,
    Exception: _unexpected,
}

__all__ = ["HANDLERS", "MediaType", "Problem", "ProblemDetails", "answer"]
