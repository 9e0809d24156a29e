"""Requests: what residents reported, as other apps read it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from citywide.doors.open311.services import need_ours, told_of
from citywide.doors.open311.shapes import Fault, Item, answered, moment
from citywide.hub import Category
from citywide.hub.database.pool import rows
from citywide.hub.database.queries import sql
from citywide.hub.reports.receive import followed
from citywide.hub.running import Hub
from citywide.hub.web.callers import AnyRequest, hub_of
from citywide.hub.web.described import TEXT, asked_by
from citywide.hub.web.threads import in_thread

SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
FILTERS = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size")
NOT_KEPT = dict.fromkeys(("service_notice", "address_id", "zipcode"))  # the standard's, not the city's


@get("/open311/v2/requests/{name:str}")
@in_thread
def one(request: AnyRequest, state: State, name: FromPath[str]) -> Response[bytes]:
    """One request, by its number."""
    asked = {"jurisdiction_id": request.query_params.get("jurisdiction_id", "")}
    return answered(
        name, "service_requests", "request",
        lambda number: _listed(hub_of(state), asked | {"service_request_id": number}),
    )  # fmt: skip


@get(
    ["/open311/v2/requests.json", "/open311/v2/requests.xml"],
    operation_class=asked_by(dict.fromkeys(FILTERS, TEXT)),
)
@in_thread
def listed(request: AnyRequest, state: State) -> Response[bytes]:
    """Requests of a span of time, at most 90 days and 1000 of them; the newest first."""
    name = request.url.path.rpartition("/")[2]
    return answered(
        name, "service_requests", "request", lambda _: _listed(hub_of(state), dict(request.query_params.items()))
    )


@get("/open311/v2/tokens/{name:str}")
@in_thread
def token(state: State, name: FromPath[str]) -> Response[bytes]:
    """The number of the request that a token was given out for."""

    def found(secret: str) -> list[Item]:
        with hub_of(state).database.transaction() as connection:
            case = followed(connection, secret)
        if case is None:
            raise Fault(404, "there is no such token")
        return [{"service_request_id": str(case), "token": secret}]

    return answered(name, "service_requests", "request", found)


def _listed(hub: Hub, asked: Mapping[str, str]) -> list[Item]:
    need_ours(hub, asked)
    values = _filters(hub, asked)
    with hub.database.transaction() as connection:
        found = rows(connection, sql("requests_seen"), values)
    if asked.get("service_request_id") and not found:
        raise Fault(404, f"there is no request {asked['service_request_id']}")
    known = told_of(hub)
    return [_seen(row, known[row["category"]]) for row in found]


def _filters(hub: Hub, asked: Mapping[str, str]) -> dict[str, object]:
    """What is asked for; numbers of requests override everything else, as the standard has it."""
    page, size = (_number(asked, name, most) for name, most in (("page", 10**6), ("page_size", MOST_REQUESTS)))
    size = size or MOST_REQUESTS
    paged = {"most": size, "after": ((page or 1) - 1) * size}
    if numbers := _several(asked, "service_request_id"):
        if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in numbers):
            raise Fault(400, "service_request_id: numbers, separated by commas")
        return _of(hub, {}) | paged | {"cases": [int(each) for each in numbers]}
    return _of(hub, asked) | paged


def _of(hub: Hub, asked: Mapping[str, str]) -> dict[str, object]:
    known, codes, states = told_of(hub), _several(asked, "service_code"), _several(asked, "status")
    if strange := [code for code in codes if code not in known]:
        raise Fault(404, f"there is no service {strange[0][:80]!r}; see services.json")
    if not set(states) <= {"open", "closed"}:
        raise Fault(400, "status: open, closed or both")
    now, zone = hub.clock.now(), hub.city.zone
    until = moment(asked["end_date"], "end_date", zone) if asked.get("end_date") else now + SPAN
    since = moment(asked["start_date"], "start_date", zone) if asked.get("start_date") else min(until, now) - SPAN
    return {"cases": None, "codes": codes or list(known), "states": states or None, "since": since, "until": until}


def _several(asked: Mapping[str, str], name: str) -> list[str]:
    return [each for each in asked.get(name, "").split(",") if each]


def _number(asked: Mapping[str, str], name: str, most: int) -> int | None:
    said = asked.get(name)
    if said and not (said.isascii() and said.isdigit() and 0 < int(said[:9]) <= most):
        raise Fault(400, f"{name}: a whole number from 1 to {most}")
    return int(said[:9]) if said else None


def _seen(row: Mapping[str, Any], category: Category) -> Item:
    """One request as the public may see it: words only where an app sent them for the public."""
    title = f"{category.label.zh} {category.label.en}"
    address, words = _published(row, category.label.en)
    return NOT_KEPT | {
        "service_request_id": str(row["id"]),
        "status": row["status"],
        "status_notes": row["state"],
        "service_name": category.label.en,
        "service_code": category.name,
        "description": words or title,
        "agency_responsible": row["department"],
        "requested_datetime": row["opened"],
        "updated_datetime": row["updated"],
        "expected_datetime": row["due"],
        "address": address or None,
        "lat": row["lat"],
        "long": row["lon"],
        "media_url": row["link"],
    }


def _published(row: Mapping[str, Any], label: str) -> tuple[str, str]:
    """The address and the words, where an app sent them for the public."""
    if row["facts"].get("source") != "open311":
        return "", ""
    return row["title"]["en"].removeprefix(label).removeprefix(", "), row["details"]


HANDLERS = [one, listed, token]
