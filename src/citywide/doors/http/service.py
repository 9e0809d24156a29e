"""Taking a thing out of service, and bringing it back: by an engineer or a manager of its department."""

from litestar import Response, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from psycopg import Connection

from citywide.doors.http.sight import must_see
from citywide.hub.entities.service import Change, ServiceError, bring_back, retire
from citywide.hub.ingest.batch import Refusal
from citywide.hub.people.who import EVERYWHERE, Who
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, need_role, need_role_in, staff
from citywide.hub.web.described import Name, Said
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread

MAY = ("engineer", "manager")


class Wish(Struct, frozen=True):
    """Which thing, and why."""

    entity: Name
    why: Said


@post("/v1/service/{act:str}", status_code=200)
@in_thread
def change(request: AnyRequest, state: State, act: FromPath[str], data: JSONBody[Wish]) -> Response[bytes]:
    """Take a thing out of service (`end`), with the token that is called as it is; or bring it back (`begin`)."""
    who, hub = staff(request), hub_of(state)
    need_role(who, *MAY)
    if act not in {"end", "begin"}:
        raise Problem(404, f"service has no {act!r}; it can end or begin")
    asked = Change(data.entity, data.why, who.name, hub.clock.now())
    with hub.database.transaction() as connection:
        _must_be_own(connection, who, data.entity)
        ended = _done(connection, act, asked)
    hub.tokens.forget()
    return as_json({"entity": data.entity, "in_service": act == "begin", "tokens_ended": ended})


def _done(connection: Connection, act: str, asked: Change) -> int:
    try:
        if act == "end":
            return retire(connection, asked)
        bring_back(connection, asked)
    except ServiceError as error:
        raise Problem(409, "nothing was changed", [Refusal("entity", str(error), "a reason, and a thing")]) from error
    return 0


def _must_be_own(connection: Connection, who: Who, entity: str) -> None:
    """What is not there, and what is not for this reader, is the same answer."""
    department = must_see(connection, who, "thing", entity)
    if not department and not who.is_in(EVERYWHERE, MAY):
        raise Problem(403, f"{entity} belongs to the whole city; ask whoever sees every department")
    need_role_in(who, department, *MAY)


HANDLERS = [change]
