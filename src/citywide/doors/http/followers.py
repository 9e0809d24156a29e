"""The followers' door: the truth about a report by its secret link, the reporter's word on it, and its photos."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import Connection

from citywide.hub.cases.moves import standing
from citywide.hub.cases.opening import RESIDENT
from citywide.hub.cases.steps import mark_of, told_to_all
from citywide.hub.cases.verdict import confirm, rate
from citywide.hub.database.pool import Row, rows
from citywide.hub.database.queries import sql
from citywide.hub.reports.receive import followed, hash_of, may
from citywide.hub.reports.words import without_numbers_of_people
from citywide.hub.running import Hub
from citywide.hub.web.answers import as_json
from citywide.hub.web.callers import AnyRequest, hub_of, staff
from citywide.hub.web.described import Said
from citywide.hub.web.limits import QUESTIONS, limited
from citywide.hub.web.problems import Problem
from citywide.hub.web.threads import in_thread
from citywide.kit.text import Text
from citywide.systems.hotline.model import REPORTABLE

DECLARED = frozenset(each.name for each in REPORTABLE)
OF_STAFF = ("details", "opened_by", "about", "about_name", "assigned_to", "unit_name", "ours", "links", "joined_to")
KNOWN = ("hub", "resident")


class Say(Struct, frozen=True):
    """What the reporter says of the case."""

    note: Said = ""
    stars: int = 0


@get("/v1/follow/{token:str}")
@in_thread
def follow(request: AnyRequest, state: State, token: FromPath[str]) -> Response[bytes]:
    """The truth about a report, for whoever has its link."""
    limited(request, QUESTIONS)
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        return as_json(_seen(connection, hub, _case_of(connection, token), token) | {"as_of": hub.clock.now()})


@post("/v1/follow/{token:str}/{act:str}", status_code=200)
@in_thread
def answer(
    request: AnyRequest, state: State, token: FromPath[str], act: FromPath[str], data: JSONBody[Say]
) -> Response[bytes]:
    """The reporter confirms, reopens, rates or adds something."""
    limited(request, QUESTIONS)
    hub = hub_of(state)
    with hub.database.transaction() as connection:
        case = _case_of(connection, token)
        _act(connection, hub, case, act, data, token)
        return as_json(_seen(connection, hub, case, token) | {"as_of": hub.clock.now()})


@get("/v1/photos/{photo:str}")
@in_thread
def photo(request: AnyRequest, state: State, photo: FromPath[str], token: FromQuery[str] = "") -> Response[bytes]:
    """A photo, for staff who may see its case; for who sent it; and the city's proof for whoever follows the case."""
    database = hub_of(state).database
    with database.transaction() if token else database.reading_as(staff(request)) as connection:
        found = rows(connection, sql("photo"), {"photo": photo})
        if not found or (token and not _is_for(connection, photo, token)):
            raise Problem(404, "there is no such photo for you")
    headers = {"Cache-Control": "private, max-age=86400", "Content-Disposition": "inline"}
    return Response(bytes(found[0]["body"]), media_type=found[0]["kind"], headers=headers)


def _is_for(connection: Connection, photo: str, token: str) -> bool:
    values = {"photo": photo, "case": followed(connection, token), "follower": hash_of(token)}
    return bool(connection.execute(sql("photo_of_follower"), values).rowcount)


def _case_of(connection: Connection, token: str) -> int:
    case = followed(connection, token)
    if case is None:
        raise Problem(404, "nobody follows anything by this link")
    return case


def _act(connection: Connection, hub: Hub, case: int, act: str, said: Say, token: str) -> None:
    now, note, follower = hub.clock.now(), without_numbers_of_people(said.note), hash_of(token)
    state = standing(connection, case)["state"]
    if act not in (accepted := may(state)):
        raise Problem(409, f"the case is {state}: you can {', '.join(accepted)}")
    if act == "confirm":
        confirm(hub.desk, connection, case, follower, now)
    elif act == "reopen":
        hub.desk.reopen(connection, case, now, "resident", note, follower)
    elif act == "rate":
        rate(connection, case, follower, said.stars, now, note)
    else:
        hub.desk.add(connection, case, now, "resident", note, follower)


def _seen(connection: Connection, hub: Hub, case: int, token: str) -> dict[str, Any]:
    """What a follower may know, and may do about it."""
    mine = {"case": case, "follower": hash_of(token)}
    row = rows(connection, sql("case_seen"), mine)[0]
    first = row["opened_by"] == RESIDENT and rows(connection, sql("is_first_follower"), mine)[0]["first"]
    steps = rows(connection, sql("steps_followed"), {"case": case, "first": first, **mark_of(hash_of(token))})
    own = rows(connection, sql("follower_word"), mine)[0]
    photos = [f"{each['photo']}?token={token}" for each in rows(connection, sql("photos_of_follower"), mine)]
    return {
        "case": _for_a_follower(row, _public(hub, row["category"]), first=first) | own | {"photos": photos},
        "steps": [_told(step, row["department"]) for step in steps],
        "can": may(own["state"]),
    }


def _public(hub: Hub, category: str) -> Text | None:
    """What a matter that residents report, or did, is called to others than who told of it."""
    known = hub.words.categories.get(category)
    return known.label if known and (known.reportable or category in DECLARED) else None


def _for_a_follower(row: Row, called: Text | None, *, first: bool) -> Row:
    """The case with its follower's own words, and without other people's and the names of staff."""
    shown = {name: value for name, value in row.items() if name not in OF_STAFF}
    lon, lat = shown.pop("lon"), shown.pop("lat")
    shown["place"] = None if lon is None else [lon, lat]
    if first:
        shown["told"] = row["details"]
    elif called is not None:  # a title holds the address in its reporter's words
        shown["title"] = msgspec.to_builtins(called)
    return shown


def _told(step: Row, department: str) -> Row:
    """A step by whoever may be named: the hub, a resident, or else the department."""
    return step | {"says": told_to_all(step), "who": step["who"] if step["who"] in KNOWN else department}


HANDLERS = [follow, answer, photo]
