"""Personal data: who may ask, for how long, and the one door that writes down every asking."""

from datetime import timedelta

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from citywide.doors.http.sight import must_hold, must_see
from citywide.hub.people.grants import grant
from citywide.hub.people.persons import person as ask_person
from citywide.hub.people.persons import purposes, reporters_of
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.described import Hours, Name, Said
from citywide.hub.web.threads import in_thread


class Grant(Struct, frozen=True):
    """Who may ask for personal data, for which purpose, for how many hours, and why."""

    to: Name
    why: Said
    purpose: str = "disease_control"
    hours: Hours = 24.0


@post("/v1/grants", status_code=201)
@in_thread
def give_grant(request: AnyRequest, state: State, data: JSONBody[Grant]) -> dict[str, str]:
    """Let somebody ask for personal data for a while."""
    who = staff(request)
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        until = grant(connection, who, data.to, data.purpose, timedelta(hours=data.hours), data.why, hub.city.zone)
    return {"to": data.to, "until": until.isoformat()}


@get("/v1/persons/{person:str}")
@in_thread
def person(request: AnyRequest, state: State, person: FromPath[str], purpose: FromQuery[str]) -> Response[bytes]:
    """A resident's data, for a purpose; the asking is written down."""
    who = staff(request)
    with hub_of(state).database.transaction() as connection:
        return as_json(ask_person(connection, who, person, purpose))


@get("/v1/cases/{case:int}/reporters")
@in_thread
def reporters(request: AnyRequest, state: State, case: FromPath[int]) -> Response[bytes]:
    """Whom to ask back about a case: those who left a name and agreed; every asking is written down."""
    who = staff(request)
    with hub_of(state).database.transaction() as connection:
        must_see(connection, who, "case", case)
        must_hold(connection, who, case, *purposes(connection)["contact"].roles)
        return as_json(reporters_of(connection, who, case))


HANDLERS = [give_grant, person, reporters]
