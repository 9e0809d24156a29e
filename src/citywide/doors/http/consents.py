"""What a resident agreed to, and all that is held about them: for whoever has the link of their report."""

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from psycopg import Connection

from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.held import held_about
from citywide.hub.people.persons import purposes
from citywide.hub.people.residents import agree, agreed, withdraw
from citywide.hub.reports.receive import hash_of, reporter
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.limits import QUESTIONS, limited
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread


class Consent(Struct, frozen=True):
    """One purpose, and whether it is agreed to."""

    purpose: str
    given: bool


@get("/v1/consent/{token:str}")
@in_thread
def consents(request: AnyRequest, state: State, token: FromPath[str]) -> Response[bytes]:
    """What the reporter has agreed to."""
    limited(request, QUESTIONS)
    with hub_of(state).database.transaction() as connection:
        return as_json(_given(connection, _person(connection, token)))


@post("/v1/consent/{token:str}", status_code=200)
@in_thread
def say(request: AnyRequest, state: State, token: FromPath[str], data: JSONBody[Consent]) -> Response[bytes]:
    """Agree to a purpose, or take it back: from now on the door to one's name and telephone stays shut for it."""
    limited(request, QUESTIONS)
    with hub_of(state).database.transaction() as connection:
        if data.purpose not in (asked := _asked(connection)):
            raise Problem(422, "nobody asks for this", [Refusal("purpose", data.purpose, ", ".join(asked))])
        person = _person(connection, token)
        (agree if data.given else withdraw)(connection, person, data.purpose)
        return as_json(_given(connection, person))


@get("/v1/held/{token:str}")
@in_thread
def held(request: AnyRequest, state: State, token: FromPath[str]) -> Response[bytes]:
    """A copy of all that is held about whoever follows a report: data, words, photos, consents, files, askings."""
    limited(request, QUESTIONS)
    with hub_of(state).database.transaction() as connection:
        found = held_about(connection, hash_of(token))
        if found is None:
            raise Problem(404, "nobody follows anything by this link")
        photos = [f"{photo}?token={token}" for photo in found["report"]["photos"]]
        return as_json(found | {"report": found["report"] | {"photos": photos}})


def _given(connection: Connection, person: str) -> dict[str, bool]:
    given = agreed(connection, person)
    return {purpose: purpose in given for purpose in _asked(connection)}


def _asked(connection: Connection) -> list[str]:
    return [name for name, purpose in purposes(connection).items() if purpose.needs_consent]


def _person(connection: Connection, token: str) -> str:
    person = reporter(connection, token)
    if person is None:
        raise Problem(404, "by this link nobody left a name or a telephone number")
    return person


HANDLERS = [consents, say, held]
